import { CliError } from '../../errors.ts';
import type { SetProgress } from './set-progress.ts';
import { WorkerEnded, WorkerProcess, type WorkerSettings } from './worker-process.ts';

/** Workers that may end over one shard before it is given up: it is the shard then, not the worker. */
const MOST_ATTEMPTS = 3;

/**
 * Explains shards in several processes until all are done or an abort; shards under way are ended. Where a process ends before its
 * shards are done, another one takes them.
 *
 * @throws CliError for what no worker can do, and for a shard over which worker after worker ends
 */
export async function runInProcesses(
  shards: readonly number[],
  workers: number,
  { out, threads }: Pick<WorkerSettings, 'out' | 'threads'>,
  progress: SetProgress,
  signal: AbortSignal,
): Promise<void> {
  const waiting = [...shards];
  const attempts = new Map<number | undefined, number>();
  // One worker that cannot go on ends all of them.
  const failure = new AbortController();
  const stopped = AbortSignal.any([signal, failure.signal]);
  const work = async (): Promise<void> => {
    while (waiting.length > 0 && !stopped.aborted) {
      const worker = new WorkerProcess({
        out,
        threads,
        next: () => (stopped.aborted ? null : (waiting.shift() ?? null)),
        onSamples: (explained, failed) => {
          progress.samplesDone(explained, failed);
        },
      });
      const stop = (): void => {
        worker.stop();
      };
      stopped.addEventListener('abort', stop);
      try {
        await worker.ended;
      } catch (error) {
        if (!(error instanceof WorkerEnded)) throw error;
        const { unfinished } = worker;
        const [first] = unfinished;
        const ended = (attempts.get(first) ?? 0) + 1;
        if (ended === MOST_ATTEMPTS) {
          const over = first === undefined ? 'before they had a shard' : `over shard ${first}`;
          throw new CliError(`${ended} workers ended ${over}. ${error.message}`, { cause: error });
        }
        attempts.set(first, ended);
        waiting.unshift(...unfinished);
      } finally {
        stopped.removeEventListener('abort', stop);
      }
    }
  };
  const all = Array.from({ length: workers }, () =>
    work().catch((error: unknown) => {
      failure.abort(error);
    }),
  );
  await Promise.all(all);
  if (failure.signal.aborted) throw failure.signal.reason as Error;
}
