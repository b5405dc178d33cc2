import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '@ablation-cam/tools/testing';
import { areHalves, writeHalves } from '../src/webgpu/operations/halves.ts';

const test = suite('weights in halves');

/** A half as IEEE 754 has it. */
function halfValue(bits: number): number {
  const [sign, exponent, significand] = [bits >>> 15 ? -1 : 1, (bits >>> 10) & 31, bits & 1023];
  if (exponent === 31) return significand ? NaN : sign * Infinity;
  return (
    sign * (exponent ? 2 ** (exponent - 15) * (1 + significand / 1024) : 2 ** -14 * (significand / 1024))
  );
}

function isHalf(value: number): boolean {
  return areHalves(Float32Array.of(value));
}

test('every half below 64 is stored as a normal half that is 2^10 times as large', () => {
  const all = Float32Array.from({ length: 1 << 16 }, (_, bits) => halfValue(bits));
  const values = all.filter((value) => Math.abs(value) < 64);
  assert.ok(areHalves(values));
  const packed = new Uint32Array(values.length / 2);
  writeHalves(packed, 0, values);
  const stored = new Uint16Array(packed.buffer);
  assert.ok(stored.every((bits) => (bits & 0x7fff) === 0 || (bits & 0x7c00) !== 0, 'none is subnormal'));
  for (const [i, value] of values.entries()) assert.is(halfValue(stored[i]!), 1024 * value);
});

test('no other number is taken for one', () => {
  for (const value of [64, -64, 65504, Infinity, NaN, 0.1, 1 + 2 ** -11, 2 ** -25, 1e-40]) {
    assert.not.ok(isHalf(value), `${String(value)} is no half`);
    assert.not.ok(areHalves(Float32Array.of(1, 0, value)));
  }
  for (const value of [0, -0, 2 ** -24, -(2 ** -14), 63.97]) assert.is(isHalf(value), value !== 63.97);
  assert.ok(isHalf(63.96875));
  assert.not.ok(areHalves(seededRandom(1).floats(100)));
  // Worked out in float64.
  assert.not.ok(areHalves(Float64Array.of(1)));
});

test('halves are written from any place on', () => {
  const packed = new Uint32Array(3);
  writeHalves(packed, 1, Float32Array.of(1, -1));
  writeHalves(packed, 4, Float32Array.of(0.5));
  assert.equal([...new Uint16Array(packed.buffer)].map(halfValue), [0, 1024, -1024, 0, 512, 0]);
});

test.run();
