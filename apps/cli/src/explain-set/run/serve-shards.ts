import { releaseDevice } from '@ablation-cam/xai';
import { CliError, isExpected } from '../../errors.ts';
import { loadTensorFlow } from '../../tensorflow.ts';
import { openStore } from '../result/open-store.ts';
import { openRunner } from './open-result.ts';
import type { ShardMessage, ShardOrder } from './shard-messages.ts';
import { keepHeapSteady } from './steady-heap.ts';

/** How often a worker tells how far it is. */
const REPORT_MS = 200;

/** What a worker process does: explains the shards that it is told, until its parent has no more or is gone. */
export async function serveShards(out: string): Promise<void> {
  if (process.send === undefined) {
    throw new CliError('This command is one that explain-set gives to its own processes.');
  }
  // What is under way is nobody's then: no shard is torn by that.
  const onGone = (): never => process.exit(1);
  process.once('disconnect', onGone);
  try {
    await explainOrdered(out);
    process.off('disconnect', onGone);
    say({ kind: 'ended' });
  } catch (error) {
    process.off('disconnect', onGone);
    if (isExpected(error)) say({ kind: 'failed', message: error.message });
    process.disconnect();
    process.exitCode = 1;
    if (!isExpected(error)) throw error;
  }
}

async function explainOrdered(out: string): Promise<void> {
  keepHeapSteady();
  await loadTensorFlow();
  const opened = await openRunner(await openStore(out));
  const stop = new AbortController();
  const { sample, flush } = sampleReporter();
  const onShard = ({ shard }: { readonly shard: number }): void => {
    flush();
    say({ kind: 'done', shard });
  };
  try {
    await opened.runner.run(orderedShards(stop), { onSample: sample, onShard }, stop.signal);
  } finally {
    // Threads that are left would keep the process alive.
    await opened.close();
    await releaseDevice();
  }
}

function say(message: ShardMessage): void {
  process.send?.(message);
}

/** Yields the shards that the parent gives, each asked for when it is wanted, until there are no more or it says stop. */
async function* orderedShards(stop: AbortController): AsyncGenerator<number, void, undefined> {
  let take: (shard: number | null) => void = () => undefined;
  process.on('message', (order: ShardOrder) => {
    if (order.kind === 'stop') {
      stop.abort();
      take(null);
    } else take(order.shard);
  });
  while (!stop.signal.aborted) {
    const given = new Promise<number | null>((resolve) => (take = resolve));
    say({ kind: 'next' });
    const shard = await given;
    if (shard === null) return;
    yield shard;
  }
}

/** Gathers samples: a message for each would take longer than a small network. */
function sampleReporter(): { sample: (isFailed: boolean) => void; flush: () => void } {
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
