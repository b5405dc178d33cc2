import { parseArgs } from 'node:util';
import { seededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { ShardQueue } from '../../../src/explain-set/queue/shard-queue.ts';
import { STATE, type ListedSample, type SetPlan } from '@ablation-cam/model/results';
import { SetResultGroup } from '../../../src/explain-set/result/result.ts';
import { mergeResult } from '../../../src/explain-set/run/merge.ts';
import { startPostgres } from '../../run-postgres.ts';
import { MemoryStore } from './memory-store.ts';

/**
 * Empty shards, one sample each, through the real queue, the real result and the real merge: what of a data set as large is not
 * explaining. Some jobs fail the first time, some workers fall silent with a job in their hands.
 */
const { values } = parseArgs({
  options: { shards: { type: 'string', default: '1000000' }, workers: { type: 'string', default: '4' } },
});
const [shards, workers] = [Number(values.shards), Number(values.workers)];
/** Parts of the jobs that fail, and that are never heard of again. */
const [FAILS, SILENT] = [0.02, 0.005];
const SILENCE_S = 8;

const plan: SetPlan = {
  version: 1,
  key: 'simulation',
  model: { source: 'none', hash: '' },
  data: { source: 'none', hash: '', count: shards },
  options: {
    method: [],
    layer: [],
    class: 'predicted',
    ablation: 'zero',
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    strategy: 'planned',
    weights: 'float32',
  },
  begun: '2026-01-01T00:00:00.000Z',
  engine: { backend: 'cpu', executor: 'reference' },
  shard: 1,
  batch: 1,
  zarrFormat: '3',
  classNames: [],
  classes: null,
  scores: 'none',
  methods: [],
  versions: {},
};
const rows = new Map<string, string[] | Int32Array | Uint8Array>([
  ['error', ['']],
  ['content', new Uint8Array(8)],
  ['predicted', Int32Array.of(0)],
  ['state', Uint8Array.of(STATE.explained)],
]);

function* samples(): Generator<ListedSample> {
  for (let i = 0; i < shards; i++) yield { source: 'sample', label: 0 };
}

const random = seededRandom(1);
const postgres = await startPostgres();
let started = performance.now();
const lap = (what: string): void => {
  console.log(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  started = performance.now();
};
try {
  const open = (): Promise<ShardQueue> =>
    ShardQueue.open(postgres.url, { silence: SILENCE_S, retries: { limit: 4, delay: 1 } });
  const result = await SetResultGroup.begin(new MemoryStore(), plan);
  await result.writeList(samples());
  lap('listed');
  const queue = await open();
  assert.is(await queue.put(plan.key, 'memory', await result.missing()), shards);
  lap(`${shards.toLocaleString('en')} shards put into the queue`);

  let [failures, silences] = [0, 0];
  const work = async (): Promise<void> => {
    const own = await open();
    try {
      while (await own.isBusy()) {
        const taken = await own.take();
        if (taken === null) {
          await new Promise((resolve) => setTimeout(resolve, 200));
          continue;
        }
        const fate = random.uniform();
        if (fate < FAILS) {
          failures++;
          await own.failed(taken, 'on purpose');
          continue;
        }
        for (const shard of taken.shards) {
          if (!(await result.hasShard(shard))) await result.writeShard(shard, rows);
        }
        if (fate < FAILS + SILENT) silences++;
        else await own.done(taken);
      }
    } finally {
      await own.close();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  lap(
    `taken and written by ${workers} workers, ${failures} jobs failed and ${silences} fell silent on the way`,
  );

  const { done, dead, waiting, active, retrying } = await queue.counts(plan.key);
  assert.equal([done, dead, waiting, active, retrying], [shards, 0, 0, 0, 0]);
  await queue.close();
  assert.equal(await result.missing(), []);
  lap('counted');
  const { explained, failed } = await mergeResult(result, null);
  assert.equal([explained, failed], [shards, 0]);
  lap(`merged, ${explained.toLocaleString('en')} samples`);
  console.log(`${(process.resourceUsage().maxRSS / 1024).toFixed()} MB at most`);
} finally {
  await postgres.stop();
}
