import { join } from 'node:path';
import { threadsHere } from '@ablation-cam/tools/faults';
import type { SetRequest } from '../../../src/explain-set/options.ts';
import { readInThread } from '../../../src/explain-set/reading/read-in-thread.ts';
import { runExplainSet } from '../../../src/explain-set/run/run-explain-set.ts';
import { READING_COMMAND, WRITING_COMMAND } from '../../../src/explain-set/threads/thread-commands.ts';
import { writeInThread } from '../../../src/explain-set/writing/write-in-thread.ts';
import { runSummarize } from '../../../src/summarize/run-summarize.ts';
import { startObjectStore } from '../object-store.ts';
import type { CommandCase } from './command-scenario.ts';
import { EXPLAINED } from './explained.ts';
import { folderPlace, objectsPlace } from './places.ts';
import { queueCase } from './queue-scenario.ts';
import { writeSamples } from './samples.ts';

/** What threads of `explain-set` do. */
const THREADS = { [READING_COMMAND]: readInThread, [WRITING_COMMAND]: writeInThread };

const SET: Omit<SetRequest, 'out'> = {
  ...EXPLAINED,
  ...{ source: 'mnist1d?samples=10&seed=1', model: 'mnist1d', weights: 'float32', json: true },
  ...{ limit: 4, batch: 2, shardSize: 2, threads: 1 },
};

/** Sets that are explained and summarized, from anywhere to anywhere; each after the first with what is new in it. */
export async function setCases(parent: string, out: string): Promise<CommandCase[]> {
  const threadsOfTheirOwn = threadsHere(THREADS);
  const samples = join(parent, 'samples');
  const begin = (): Promise<void> => writeSamples(samples);
  const onlyNew = { faults: { onlyNew: true } };
  return [
    setCase('explain-set into a folder', out, {}),
    summarizeCase('summarize', out, join(parent, 'summarized'), {}),
    { ...(await objectStoreCase('explain-set into an object store')), ...onlyNew },
    // A sample that cannot be read is a row that says so, and stays one.
    ...['a', 'list.csv', 'list.jsonl', 'all.npy'].map((name) => ({
      ...setCase(`explain-set of ${name}`, out, { source: join(samples, name) }),
      ...{ files: ['source/c.0'], before: begin, leavesFilesToThreads: name === 'all.npy', ...onlyNew },
    })),
    {
      ...summarizeCase('summarize of all.npy', out, join(parent, 'array'), {
        begin,
        source: join(samples, 'all.npy'),
      }),
      // Without the samples the report shows the maps alone.
      ...{ files: [], ...onlyNew },
    },
    // Where a fault is made again and again, a killed worker is waited for as often.
    { ...queueCase({ ...SET, workers: 1, out }), faults: { onlyNew: true, oncePerSite: true } },
    {
      ...setCase('explain-set with threads of its own', out, {}),
      ...{ before: threadsOfTheirOwn, ...onlyNew },
    },
    {
      ...setCase('explain-set in two processes', out, { workers: 2 }),
      ...{ before: threadsOfTheirOwn, ...onlyNew },
    },
  ];
}

function setCase(name: string, out: string, more: Partial<SetRequest>): CommandCase {
  const files = ['source/c.0', 'state/c.1', 'ablation-cam/weights/c.0.0.0', 'ablation-cam/map/c.1.0.0'];
  return {
    name,
    place: folderPlace(out),
    files: ['zarr.json', ...files],
    command: (signal) => runExplainSet({ ...SET, workers: 1, ...more, out }, signal),
  };
}

/** Written into an object store, which may be out of reach at each request. */
async function objectStoreCase(name: string): Promise<CommandCase> {
  const store = await startObjectStore();
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'user',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'north',
    AWS_ENDPOINT_URL: store.url,
  });
  return { ...setCase(name, 's3://results/set', {}), place: objectsPlace(store, 'results/set/') };
}

interface Summarized {
  readonly source?: string;
  readonly begin?: () => Promise<void>;
}

/** @param result a folder for what is summarized */
function summarizeCase(
  name: string,
  out: string,
  result: string,
  { source, begin }: Summarized,
): CommandCase {
  const html = join(out, 'summary.html');
  return {
    name,
    place: folderPlace(out),
    files: ['summary.html'],
    before: async () => {
      await begin?.();
      const request = { ...SET, workers: 1, ...(source !== undefined && { source }), out: result };
      await runExplainSet(request, new AbortController().signal);
    },
    command: (signal) => runSummarize({ result, html, json: true }, signal),
  };
}
