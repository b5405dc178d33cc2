import { gzipSync } from 'fflate';
import { assertRefused } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ModelError } from '../src/errors.ts';
import { decodeChunk } from '../src/results/chunk.ts';
import { planIn } from '../src/results/plan-schema.ts';
import { sealPlan } from '../src/results/plan-seal.ts';
import { ResultReader, type ReadableResult } from '../src/results/result-reader.ts';
import type { SetPlan } from '../src/results/set-plan.ts';

const test = suite('results of explain-set');

const PLAN: SetPlan = {
  version: 1,
  key: 'key',
  model: { source: 'm.h5', hash: '0' },
  data: { source: 'images', hash: '1', count: 3 },
  options: {
    ...{ method: ['grad-cam'], layer: [], class: 'predicted', ablation: 'zero', score: 'probability' },
    ...{ weighting: 'relative-drop', norm: 2, strategy: 'planned', weights: 'float16', drop: 0.25 },
  },
  begun: '2026-01-01T00:00:00.000Z',
  engine: { backend: 'cpu', executor: 'reference' },
  ...{ shard: 2, batch: 1, zarrFormat: '3', classNames: ['a', 'b'], classes: 2, scores: 'probabilities' },
  methods: [{ name: 'grad-cam', layers: ['conv'], targets: ['class'], channels: 3, map: [2, 1] }],
  versions: { node: '20' },
};

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const packed = (values: ArrayBufferView): Uint8Array =>
  gzipSync(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));

function stored(files: Readonly<Record<string, Uint8Array>>): ReadableResult {
  return { name: 'a.zarr', get: (key) => Promise.resolve(files[key]) };
}

test('rows of all samples are read over the bounds of chunks, and what is not there is empty', async () => {
  // Two names, "x" and "", and a last one in the same chunk of the list, which is larger than a shard.
  const names = Uint8Array.of(
    ...[4, 0, 0, 0],
    ...[1, 0, 0, 0, 120],
    ...[0, 0, 0, 0],
    ...[1, 0, 0, 0, 121],
    ...[0, 0, 0, 0],
  );
  for (const [zarrFormat, group, prefix] of [
    ['3', '/zarr.json', 'c.'],
    ['2', '/.zattrs', ''],
  ] as const) {
    const sealed = { ablation_cam: await sealPlan({ ...PLAN, zarrFormat }) };
    const reader = await ResultReader.open(
      stored({
        [group]: bytesOf(zarrFormat === '3' ? { attributes: sealed } : sealed),
        [`/source/${prefix}0`]: gzipSync(names),
        [`/label/${prefix}0`]: packed(Int32Array.of(1, -1, 0, -1)),
        [`/grad-cam/weights/${prefix}0.0.0`]: packed(Uint16Array.of(0x3c00, 0, 0, 0xc000, 0, 0x3800)),
      }),
    );
    assert.equal(reader?.plan, { ...PLAN, zarrFormat });
    assert.equal(await reader?.list(1), [{ source: 'y', label: 0 }]);
    const weights = await reader?.read<Float32Array>('grad-cam/weights', 1, 2);
    assert.equal(Array.from(weights ?? []), [-2, 0, 0.5, NaN, NaN, NaN]);
  }
  assert.is(await ResultReader.open(stored({})), null);
  await assertRefused(
    () => ResultReader.open(stored({ '/zarr.json': bytesOf({ attributes: { ablation_cam: 1 } }) })),
    ModelError,
    /^a\.zarr holds something else than a result/,
  );
});

test('a plan that was changed is refused, one in another order or without a checksum is not', async () => {
  const sealed = await sealPlan(PLAN);
  assert.match(sealed.sha256 ?? '', /^[0-9a-f]{64}$/);
  assert.equal(await planIn('a.zarr', { ablation_cam: sealed }), PLAN);
  const turned = Object.fromEntries(Object.entries(sealed).reverse());
  assert.equal(await planIn('a.zarr', { ablation_cam: turned }), PLAN);
  assert.equal(await planIn('a.zarr', { ablation_cam: PLAN }), PLAN);
  await assertRefused(
    () => planIn('a.zarr', { ablation_cam: { ...sealed, classNames: ['b', 'a'] } }),
    ModelError,
    /^The plan of a\.zarr is not as it was written/,
  );
  const method = { ...PLAN.methods[0], name: '../elsewhere' };
  assert.is(await planIn('a.zarr', { ablation_cam: { ...PLAN, methods: [method] } }), null);
});

test('a chunk that says anything else than its plan is refused before memory is taken for it', async () => {
  const spec = { path: 'a', type: 'int32', shape: [2], dimensions: ['x'] } as const;
  const whole = packed(Int32Array.of(1, -2, 3, 4));
  assert.equal(await decodeChunk(spec, whole, 2), Int32Array.of(1, -2, 3, 4));
  for (const [bytes, rows, reason] of [
    [whole, 1, /unpacks to more than 8 bytes/],
    [whole, 3, /too short/],
    [whole, 2 ** 28, /too short/],
    [whole.subarray(0, 20), 2, /./],
    [whole.map((byte, i) => (i === whole.length - 5 ? byte ^ 1 : byte)), 2, /./],
    [new Uint8Array(30), 2, /./],
  ] as const) {
    await assertRefused(() => decodeChunk(spec, bytes, rows), ModelError, reason);
  }
});

test.run();
