import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  embeddedModel,
  encodeNpy,
  generateMnist1d,
  mnist1dRecipe,
  saveModel,
  trainingStatus,
} from '@ablation-cam/model';
import {
  filesArePoints,
  processesArePoints,
  requestsArePoints,
  scratchFolder,
  threadsHere,
  threadsHerePoints,
  type AnyScenario,
} from '@ablation-cam/tools/faults';
import { runCompare } from '../../../src/compare/run-compare.ts';
import { runEvaluate } from '../../../src/evaluate/run-evaluate.ts';
import { runExplain } from '../../../src/explain/run-explain.ts';
import { readInThread } from '../../../src/explain-set/reading/read-in-thread.ts';
import { READING_COMMAND, WRITING_COMMAND } from '../../../src/explain-set/threads/thread-commands.ts';
import { writeInThread } from '../../../src/explain-set/writing/write-in-thread.ts';
import type { SetOptions, SetRequest } from '../../../src/explain-set/options.ts';
import { runExplainSet } from '../../../src/explain-set/run/run-explain-set.ts';
import { runSummarize } from '../../../src/summarize/run-summarize.ts';
import { completeRequest } from '../../../src/train/request.ts';
import { readRequest, runTrain } from '../../../src/train/run-train.ts';
import { startObjectStore } from '../object-store.ts';
import { commandScenario, type CommandCase } from './command-scenario.ts';
import { folderPlace, objectsPlace } from './places.ts';

const ENGINE = { backend: 'cpu', executor: 'reference' } as const;

const EXPLAINED: Omit<SetOptions, 'weights'> & typeof ENGINE = {
  ...ENGINE,
  method: [],
  layer: [],
  class: 'predicted',
  ablation: 'zero',
  score: 'probability',
  weighting: 'relative-drop',
  norm: 2,
  strategy: 'planned',
};

/** What threads of `explain-set` do. */
const THREADS = { [READING_COMMAND]: readInThread, [WRITING_COMMAND]: writeInThread };

/** What commands do, in an empty folder, with whatever files they write there. */
export async function commandScenarios(): Promise<AnyScenario[]> {
  await filesArePoints();
  processesArePoints();
  requestsArePoints();
  threadsHerePoints();
  const threadsOfTheirOwn = threadsHere(THREADS);
  const parent = scratchFolder('commands');
  const folder = join(parent, 'out');
  const place = folderPlace(folder);
  return [
    {
      name: 'explain',
      place,
      files: ['explanation.json'],
      command: (signal: AbortSignal) =>
        runExplain(
          { ...EXPLAINED, model: 'mnist1d', input: 'mnist1d:0', out: folder, writesFiles: true },
          signal,
        ),
    },
    {
      name: 'evaluate',
      place,
      files: ['class-accuracy.svg'],
      command: (signal: AbortSignal) =>
        runEvaluate(
          {
            ...{ model: 'mnist1d', batch: 10, backend: 'cpu', failed: 2, limit: 30 },
            ...{ html: join(folder, 'report.html'), svg: folder },
          },
          signal,
        ),
    },
    {
      name: 'compare',
      place,
      files: ['comparison.json'],
      command: (signal: AbortSignal) =>
        runCompare(
          { ...ENGINE, model: 'mnist1d', methods: 'grad-cam', limit: 2, steps: 3, out: folder },
          signal,
        ),
    },
    trainCase(folder),
    setCase('explain-set into a folder', folder, { workers: 1 }),
    summarizeCase(folder, join(parent, 'summarized')),
    await objectStoreCase('explain-set into an object store'),
    ...sourceCases(folder, join(parent, 'samples')),
    explainFilesCase(folder, join(parent, 'files')),
    {
      ...setCase('explain-set with threads of its own', folder, { workers: 1 }),
      ...{ before: threadsOfTheirOwn, faults: { onlyNew: true } },
    },
    {
      ...setCase('explain-set in two processes', folder, { workers: 2 }),
      ...{ before: threadsOfTheirOwn, faults: { onlyNew: true } },
    },
  ].map((one) => commandScenario(one));
}

function trainCase(out: string): CommandCase {
  const flags = { limit: 20, epochs: 2, batch: 10, backend: 'wasm' } as const;
  const request = completeRequest('mnist1d', flags, mnist1dRecipe);
  const begin = { request, out, resume: false, tensorboard: join(out, 'logs') };
  return {
    name: 'train',
    place: folderPlace(out),
    // The weights have one of two names, so that those of a model that is there stay whole.
    files: () => ['history.json', ...readdirSync(out).filter((name) => name.endsWith('.bin'))],
    command: (signal) => runTrain(begin, signal),
    next: async (signal) => {
      const isBegun = (await trainingStatus(join(out, 'checkpoint'))) === 'unfinished';
      await runTrain(isBegun ? { ...begin, request: await readRequest(out), resume: true } : begin, signal);
    },
  };
}

const SET: Omit<SetRequest, 'out'> = {
  ...EXPLAINED,
  ...{ source: 'mnist1d?samples=10&seed=1', model: 'mnist1d', weights: 'float32', json: true },
  ...{ limit: 4, batch: 2, shardSize: 2, threads: 1 },
};

/** Written into an object store, which may be out of reach at each request. */
async function objectStoreCase(name: string): Promise<CommandCase> {
  const store = await startObjectStore();
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'user',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'north',
    AWS_ENDPOINT_URL: store.url,
  });
  return {
    ...setCase(name, 's3://results/set', { workers: 1 }),
    place: objectsPlace(store, 'results/set/'),
    faults: { onlyNew: true },
  };
}

function setCase(
  name: string,
  out: string,
  more: Pick<SetRequest, 'workers'> & Partial<Pick<SetRequest, 'source'>>,
): CommandCase {
  const files = ['source/c.0', 'state/c.1', 'ablation-cam/weights/c.0.0.0', 'ablation-cam/map/c.1.0.0'];
  return {
    name,
    place: folderPlace(out),
    files: ['zarr.json', ...files],
    command: (signal) => runExplainSet({ ...SET, ...more, out }, signal),
  };
}

/** Samples out of files, in each way to name them. One that cannot be read is a row that says so, and stays one. */
function sourceCases(out: string, samples: string): CommandCase[] {
  const array = join(samples, 'all.npy');
  const before = async (): Promise<void> => {
    const { signals, length } = mnist1dSamples(4);
    const row = (i: number): Uint8Array =>
      encodeNpy(signals.subarray(i * length, (i + 1) * length), [length, 1]);
    await mkdir(join(samples, 'a'), { recursive: true });
    for (let i = 0; i < 4; i++) await writeFile(join(samples, 'a', `${i}.npy`), row(i));
    const paths = [0, 1, 2, 3].map((i) => `a/${i}.npy`);
    await writeFile(join(samples, 'list.csv'), ['path', ...paths, ''].join('\n'));
    await writeFile(join(samples, 'list.jsonl'), paths.map((path) => JSON.stringify({ path })).join('\n'));
    await writeFile(array, encodeNpy(signals, [4, length, 1]));
  };
  return [join(samples, 'a'), join(samples, 'list.csv'), join(samples, 'list.jsonl'), array].map(
    (source) => ({
      ...setCase(`explain-set of ${basename(source)}`, out, { workers: 1, source }),
      files: ['source/c.0'],
      before,
      faults: { onlyNew: true },
    }),
  );
}

function mnist1dSamples(count: number): { readonly signals: Float32Array; readonly length: number } {
  const { signals, count: all } = generateMnist1d({ samples: 10, seed: 1, trainFraction: 0 }).test;
  const length = signals.length / all;
  return { signals: Float32Array.from(signals.subarray(0, count * length)), length };
}

/** A model of the user's and an input out of files. */
function explainFilesCase(out: string, files: string): CommandCase {
  const input = join(files, 'input.npy');
  return {
    name: 'explain of files',
    place: folderPlace(out),
    files: ['explanation.json'],
    before: async () => {
      const { signals, length } = mnist1dSamples(1);
      const { model, dispose } = await embeddedModel('mnist1d');
      await saveModel(model, files);
      dispose();
      await writeFile(input, encodeNpy(signals, [length, 1]));
    },
    command: (signal) => runExplain({ ...EXPLAINED, model: files, input, out, writesFiles: true }, signal),
    faults: { onlyNew: true },
  };
}

function summarizeCase(folder: string, result: string): CommandCase {
  const html = join(folder, 'summary.html');
  return {
    name: 'summarize',
    place: folderPlace(folder),
    files: ['summary.html'],
    before: () => runExplainSet({ ...SET, workers: 1, out: result }, new AbortController().signal),
    command: (signal) => runSummarize({ result, html, json: true }, signal),
  };
}

/** How much faster than others the clock of commands runs, which measure until enough time has passed. */
const FASTER = 100;

/** Keeps to itself what is printed from now on, and lets the clock run fast; returns what prints all the same. */
export function quietAndFast(): (line: string) => void {
  const write = process.stdout.write.bind(process.stdout);
  const now = performance.now.bind(performance);
  process.stdout.write = process.stderr.write = () => true;
  performance.now = () => FASTER * now();
  return (line) => {
    write(`${line}\n`);
  };
}
