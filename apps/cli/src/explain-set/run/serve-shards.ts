import { releaseDevice } from '@ablation-cam/xai';
import { CliError, isExpected } from '../../errors.ts';
import { loadTensorFlow } from '../../tensorflow.ts';
import { openStore } from '../result/open-store.ts';
import { openRunner } from './open-result.ts';
import type { ShardMessage, ShardOrder } from './shard-messages.ts';

/** How often a worker tells how far it is. */
const REPORT_MS = 200;

/** What a worker process does: explains the shards that it is told, until its parent has no more or is gone. */
export async function serveShards(out: string): Promise<void> {
  if (process.send === undefined) {
    throw new CliError('This command is one that explain-set gives to its own processes.');
  }
  const say = (message: ShardMessage): void => {
    process.send?.(message);
  };
  try {
    await loadTensorFlow();
    const opened = await openRunner(await openStore(out));
    await new Promise<void>((resolve, reject) => {
      process.once('disconnect', resolve);
      process.on('message', ({ shard }: ShardOrder) => {
        const { sample, flush } = reporter(say);
        opened.runner.run(shard, sample).then((outcome) => {
          flush();
          say({ kind: 'done', shard, outcome });
        }, reject);
      });
      say({ kind: 'ready' });
    });
    await opened.close();
    await releaseDevice();
  } catch (error) {
    if (!isExpected(error)) throw error;
    say({ kind: 'failed', message: error.message });
    process.disconnect();
    process.exitCode = 1;
  }
}

/** Gathers samples: a message for each would take longer than a small network. */
function reporter(say: (message: ShardMessage) => void): {
  sample: (isFailed: boolean) => void;
  flush: () => void;
} {
  let explained = 0;
  let failed = 0;
  let said = performance.now();
  const flush = (): void => {
    say({ kind: 'samples', explained, failed });
    explained = 0;
    failed = 0;
    said = performance.now();
  };
  return {
    sample: (isFailed) => {
      if (isFailed) failed++;
      else explained++;
      if (performance.now() - said >= REPORT_MS) flush();
    },
    flush,
  };
}
