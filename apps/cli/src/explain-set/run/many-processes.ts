import { CliError } from '../../errors.ts';
import type { SetProgress } from './set-progress.ts';
import { WorkerEnded, WorkerProcess, type WorkerSettings } from './worker-process.ts';

/** Workers that may end over one shard before it is given up: it is the shard then, not the worker. */
const MOST_ATTEMPTS = 3;

/**
 * Explains shards in several processes until all are done or an abort; shards under way are ended. Where a process ends before its
 * shard is done, another one takes it.
 *
 * @throws CliError for what no worker can do, and for a shard over which worker after worker ends
 */
export async function runInProcesses(
  shards: readonly number[],
  workers: number,
  settings: Omit<WorkerSettings, 'onSamples'>,
  progress: SetProgress,
  signal: AbortSignal,
): Promise<void> {
  const waiting = [...shards];
  const attempts = new Map<number, number>();
  // One worker that cannot go on ends all of them.
  const failure = new AbortController();
  const stopped = AbortSignal.any([signal, failure.signal]);
  const start = (): WorkerProcess =>
    new WorkerProcess({
      ...settings,
      onSamples: (explained, failed) => {
        progress.samplesDone(explained, failed);
      },
    });
  const work = async (): Promise<void> => {
    let worker = start();
    try {
      for (;;) {
        if (stopped.aborted) return;
        const shard = waiting.shift();
        if (shard === undefined) return;
        try {
          const { seconds } = await worker.run(shard);
          progress.shard(seconds);
        } catch (error) {
          if (!(error instanceof WorkerEnded)) throw error;
          const ended = (attempts.get(shard) ?? 0) + 1;
          if (ended === MOST_ATTEMPTS) {
            throw new CliError(`${ended} workers ended over shard ${shard}. ${error.message}`, {
              cause: error,
            });
          }
          attempts.set(shard, ended);
          waiting.unshift(shard);
          worker = start();
        }
      }
    } catch (error) {
      failure.abort(error);
    } finally {
      await worker.close();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  if (failure.signal.aborted) throw failure.signal.reason as Error;
}
