import { runExplainSet, runMerge } from '../../../src/explain-set/run/run-explain-set.ts';
import { runStatus } from '../../../src/explain-set/queue/run-status.ts';
import { runWorker } from '../../../src/explain-set/queue/run-worker.ts';
import type { SetRequest } from '../../../src/explain-set/options.ts';
import { startPostgres, type TestPostgres } from '../../run-postgres.ts';
import type { CommandCase } from './command-scenario.ts';
import { folderPlace, type Place } from './places.ts';
import { ask, endConnections, queriesArePoints } from './queue-points.ts';

/** Where the database is, for processes that are started to be killed. */
const URL_NAME = 'ABLATION_CAM_FAULTS_POSTGRES';

/** The shortest time after which a worker that was killed is taken for gone. */
const SILENCE = 2;

/** What is read in place of a file: how many shards are in which state. */
const JOBS = 'jobs of the queue';

let started: TestPostgres | null = null;

/** Starts PostgreSQL; returns why there is none. */
async function noPostgres(): Promise<string | null> {
  try {
    if (process.env[URL_NAME] === undefined) {
      started = await startPostgres();
      process.env[URL_NAME] = started.url;
    }
    queriesArePoints(process.env[URL_NAME]);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Ends what was started for scenarios. */
export async function stopPostgres(): Promise<void> {
  await started?.stop();
}

/** A set that is put into a queue, explained by a worker of it, looked at and merged. */
export function queueCase(set: SetRequest): CommandCase {
  const folder = folderPlace(set.out);
  const url = (): string => process.env[URL_NAME] ?? '';
  let jobs = '';
  const place: Place = {
    ...folder,
    clear: async () => {
      await folder.clear();
      await ask(url(), 'DROP SCHEMA IF EXISTS pgboss CASCADE');
    },
    assertWhole: async (isDead) => {
      // With a process go its connections.
      if (isDead) await endConnections(url());
      await folder.assertWhole(isDead);
    },
    read: (file) => (file === JOBS ? Buffer.from(jobs) : folder.read(file)),
  };
  return {
    name: 'explain-set by a queue',
    place,
    files: [
      JOBS,
      'zarr.json',
      'source/c.0',
      'state/c.1',
      'ablation-cam/weights/c.0.0.0',
      'ablation-cam/map/c.1.0.0',
    ],
    skipped: noPostgres,
    alive: () => ({
      connections: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
    }),
    command: async (signal) => {
      await runExplainSet({ ...set, queue: url(), silence: SILENCE }, signal);
      await runWorker({ queue: url(), untilEmpty: true, silence: SILENCE }, signal);
      await runStatus(set.out, url(), true);
      await runMerge(set.out, true);
      jobs = await jobsOf(url());
    },
  };
}

/** How many shards the queue has in each state: a job that is lost, or done by two, shows here. */
async function jobsOf(url: string): Promise<string> {
  const rows = await ask<{ state: string; shards: string }>(
    url,
    "SELECT state, sum(jsonb_array_length(data->'shards')) AS shards FROM pgboss.job GROUP BY state ORDER BY state",
  );
  return rows.map(({ state, shards }) => `${shards} ${state}`).join(', ');
}
