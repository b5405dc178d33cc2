import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '@ablation-cam/tools/testing';
import { XaiError } from '../src/index.ts';
import { keptShares } from '../src/metrics.ts';

const test = suite('what a protocol keeps');
const map = { shape: [4], data: Float32Array.of(0.1, 0.4, 0.3, 0.2) };

test('the largest values are kept, strictly above the threshold', () => {
  const kept = keptShares(map, [4], { kind: 'top-fraction', fraction: 0.5 });
  assert.equal([...kept.data], [0, 1, 1, 0]);
});

test('a soft mask is the map divided by its maximum', () => {
  const { data } = keptShares(map, [4], { kind: 'soft-multiply' });
  // Float32 of a quotient of float32 numbers.
  assertClose(data, [0.25, 1, 0.75, 0.5], { absolute: 1e-6 });
});

test('the map is resized to the positions first', () => {
  const kept = keptShares(map, [8], { kind: 'top-fraction', fraction: 0.25 });
  assert.equal(kept.shape, [8]);
  assert.equal([...kept.data], [0, 0, 0, 1, 1, 0, 0, 0]);
});

test('a fraction of nothing is refused', () => {
  assert.throws(
    () => keptShares(map, [4], { kind: 'top-fraction', fraction: 0 }),
    (error: unknown) => error instanceof XaiError && error.code === 'invalid-option',
  );
});

test.run();
