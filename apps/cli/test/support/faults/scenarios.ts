import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedModel, mnist1dRecipe, saveModel, trainingStatus } from '@ablation-cam/model';
import {
  filesArePoints,
  processesArePoints,
  requestsArePoints,
  scratchFolder,
  threadsHerePoints,
  type AnyScenario,
} from '@ablation-cam/tools/faults';
import { runCompare } from '../../../src/compare/run-compare.ts';
import { runEvaluate } from '../../../src/evaluate/run-evaluate.ts';
import { runExplain } from '../../../src/explain/run-explain.ts';
import { completeRequest } from '../../../src/train/request.ts';
import { readRequest, runTrain } from '../../../src/train/run-train.ts';
import { commandScenario, type CommandCase } from './command-scenario.ts';
import { ENGINE, EXPLAINED } from './explained.ts';
import { folderPlace } from './places.ts';
import { sampleFiles } from './samples.ts';
import { setCases } from './set-scenarios.ts';

/** What commands do, in an empty folder, with whatever files they write there. */
export async function commandScenarios(): Promise<AnyScenario[]> {
  await filesArePoints();
  processesArePoints();
  requestsArePoints();
  threadsHerePoints();
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
    ...(await setCases(parent, folder)),
    explainFilesCase(folder, join(parent, 'files')),
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

/** A model of the user's and an input out of files. */
function explainFilesCase(out: string, files: string): CommandCase {
  const input = join(files, 'input.npy');
  return {
    name: 'explain of files',
    place: folderPlace(out),
    files: ['explanation.json'],
    before: async () => {
      const { model, dispose } = await embeddedModel('mnist1d');
      await saveModel(model, files);
      dispose();
      await writeFile(input, sampleFiles(1)[0]!);
    },
    command: (signal) => runExplain({ ...EXPLAINED, model: files, input, out, writesFiles: true }, signal),
    faults: { onlyNew: true },
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
