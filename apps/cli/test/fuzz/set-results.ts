import { computedArrays, emptyRows, sealPlan } from '@ablation-cam/model/internals';
import { resultArrays, STATES, type SetPlan } from '@ablation-cam/model/results';
import { mutated, mutatedJson, seededRandom, type FuzzTarget } from '@ablation-cam/tools/testing';
import { countRight } from '../../src/explain-set/result/count-right.ts';
import { SetResultGroup } from '../../src/explain-set/result/result.ts';
import { zarrFormat } from '../../src/explain-set/result/zarr-format.ts';
import { mergeResult } from '../../src/explain-set/run/merge.ts';
import { openResult } from '../../src/explain-set/run/open-result.ts';
import { renderSummary } from '../../src/summarize/report.ts';
import { summarizeResult } from '../../src/summarize/summarize-result.ts';
import { MemoryStore } from '../support/simulate-shards/memory-store.ts';

const COUNT = 5;
const SHARD = 2;

function planOf(zarrFormat: SetPlan['zarrFormat']): SetPlan {
  const method = {
    name: 'ablation-cam',
    layers: ['conv'],
    targets: ['class'],
    channels: 3,
    map: [2, 2],
  } as const;
  return {
    ...{ version: 1, key: 'k', model: { source: 'm.h5', hash: '0' } },
    data: { source: 'images', hash: '1', count: COUNT },
    options: {
      ...{ method: ['ablation-cam'], layer: [], class: 'predicted', ablation: 'zero', score: 'probability' },
      ...{ weighting: 'relative-drop', norm: 2, strategy: 'planned', weights: 'float16' },
    },
    begun: '2026-01-01T00:00:00.000Z',
    engine: { backend: 'cpu', executor: 'reference' },
    ...{ shard: SHARD, batch: 1, zarrFormat, classNames: ['a', 'b'], classes: 2, scores: 'probabilities' },
    methods: [{ ...method, layers: ['conv'], targets: ['class'], map: [2, 2] }],
    versions: { node: '20' },
  };
}

/** Results of `explain-set` in both formats: what says what is in them, by bytes and by values, and what is in them. */
export async function setResults(): Promise<FuzzTarget[]> {
  const both = await Promise.all((['2', '3'] as const).map((format) => resultTargets(format)));
  return both.flat();
}

async function resultTargets(format: SetPlan['zarrFormat']): Promise<FuzzTarget[]> {
  const plan = planOf(format);
  const files = await wholeResult(plan);
  const group = format === '3' ? '/zarr.json' : '/.zattrs';
  const ofArray = format === '3' ? '/state/zarr.json' : '/state/.zarray';
  const chunks = [...files.keys()].filter((key) => /\/(c\.)?[\d.]+$/.test(key));
  const damaged = (name: string, keyOf: (seed: number) => string): FuzzTarget => ({
    name: `result of explain-set, Zarr ${format}, ${name}`,
    read: (seed) => {
      const key = keyOf(seed);
      return readResult(new Map(files).set(key, mutated(files.get(key)!, seededRandom(seed))));
    },
  });
  return [
    damaged('plan', () => group),
    {
      name: `result of explain-set, Zarr ${format}, plan by values`,
      read: async (seed) => {
        // Sealed again, or none would get further than the checksum.
        const sealed = await sealPlan(mutatedJson(plan, seededRandom(seed)) as object);
        const changed = zarrFormat(plan).groupBytes({ ablation_cam: sealed });
        return readResult(new Map(files).set(group, changed));
      },
    },
    damaged('metadata', () => ofArray),
    damaged('chunk', (seed) => chunks[seed % chunks.length]!),
  ];
}

/** The files of a result of a few samples, one of which failed. */
async function wholeResult(plan: SetPlan): Promise<Map<string, Uint8Array>> {
  const store = new MemoryStore();
  const result = await SetResultGroup.begin(store, plan);
  await result.writeList(
    Array.from({ length: COUNT }, (_, i) => ({ source: `${i % 2}/${i}.png`, label: i % 2 })),
  );
  for (let shard = 0; shard * SHARD < COUNT; shard++) {
    const count = Math.min(SHARD, COUNT - shard * SHARD);
    const rows = new Map(
      computedArrays(plan).map((spec) => {
        const own = emptyRows(spec, count);
        if (spec === STATES && !Array.isArray(own)) own.fill(1);
        else if (own instanceof Float32Array) own.forEach((_, i) => (own[i] = Math.sin(i + shard)));
        else if (own instanceof Int32Array) own.fill(shard % 2);
        return [spec.path, own] as const;
      }),
    );
    await result.writeShard(shard, rows);
  }
  const paths = ['/', ...resultArrays(plan).map(({ path }) => `/${path}`)];
  const files = new Map<string, Uint8Array>();
  for (const folder of paths) {
    for (const name of await store.names(folder as '/')) {
      const key = `${folder === '/' ? '' : folder}/${name}`;
      files.set(key, (await store.get(key as '/'))!);
    }
  }
  return files;
}

/** Everything that is done with a result that is there. */
async function readResult(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const store = new MemoryStore();
  for (const [key, bytes] of files) await store.set(key as '/', bytes);
  const result = await openResult(store);
  await result.list(0);
  await countRight(result);
  const summary = await summarizeResult(result, () => Promise.resolve(null), new AbortController().signal);
  renderSummary(result.plan, summary, []);
  await mergeResult(result, null);
}
