import { dirname } from 'node:path';
import { defaultTrainingSettings, sealedJson } from '@ablation-cam/model';
import {
  mutated,
  mutatedJson,
  seededRandom,
  type FuzzSubject,
  type FuzzTarget,
} from '@ablation-cam/tools/testing';
import { openProgressFile } from '../../src/compare/progress-file.ts';
import { readHistory } from '../../src/evaluate/read-history.ts';
import { completeRequest } from '../../src/train/request.ts';
import { readRequest } from '../../src/train/run-train.ts';
import { sampleLists } from './sample-lists.ts';
import { setResults } from './set-results.ts';
import { writtenFirst } from './written-first.ts';

/** What the commands read besides models, inputs and class names. */
export async function makeSubject(): Promise<FuzzSubject> {
  const loss = { loss: 1, accuracy: 0.5, validationLoss: null, validationAccuracy: 0.5 };
  const epochs = [1, 2].map((epoch) => ({ epoch, learningRate: 0.1, ...loss }));
  const history = { settings: defaultTrainingSettings, bestEpoch: 1, epochs };
  const request = completeRequest('mnist1d', {}, defaultTrainingSettings);
  return {
    targets: [
      ...(await progress()),
      ...(await setResults()),
      ...sampleLists(),
      ...(await sealedFile('training history', 'history.json', history, (path) => readHistory('', path))),
      ...(await sealedFile('training request', 'checkpoint/request.json', request, (path) =>
        readRequest(dirname(dirname(path))),
      )),
    ],
  };
}

async function progress(): Promise<FuzzTarget[]> {
  const settings = { methods: ['ablation-cam', 'random'], samples: [0, 7] };
  const record = {
    ...{ sample: 0, source: null, label: 1, method: 'random', classIndex: 2, score: 0.5, seconds: 0.1 },
    ...{ empty: false, values: { drop: 0.25, insertion: 0.5 } },
  };
  const header = await sealedJson(settings, 'line');
  const line = await sealedJson({ ...record, sample: 7 }, 'line');
  const file = new TextEncoder().encode(`${header}\n${await sealedJson(record, 'line')}\n${line}\n`);
  const open = (path: string): Promise<unknown> => openProgressFile(path, settings, false);
  return [
    writtenFirst('progress of compare', 'samples.jsonl', (seed) => mutated(file, seededRandom(seed)), open),
    writtenFirst(
      'progress of compare, by values',
      'samples.jsonl',
      async (seed) => {
        const changed = mutatedJson(record, seededRandom(seed)) as object;
        return `${header}\n${await sealedJson(changed, 'line')}\n${line}\n`;
      },
      open,
    ),
  ];
}

/** A file of ours by its bytes, and by its values, sealed again. */
async function sealedFile(
  name: string,
  path: string,
  value: object,
  read: (path: string) => Promise<unknown>,
): Promise<FuzzTarget[]> {
  const bytes = new TextEncoder().encode(await sealedJson(value));
  return [
    writtenFirst(name, path, (seed) => mutated(bytes, seededRandom(seed)), read),
    writtenFirst(
      `${name}, by values`,
      path,
      (seed) => sealedJson(mutatedJson(value, seededRandom(seed)) as object),
      read,
    ),
  ];
}
