import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, seededRandom } from '../src/testing.ts';

const close = suite('assertClose');

close('numbers within the tolerance pass', () => {
  assertClose([1, 2, -4], [1, 2.003, -4], { ofLargest: 1e-3 });
  assertClose([1e-7, 1], [0, 1], { absolute: 1e-6 });
  assertClose([NaN, Infinity, -Infinity], [NaN, Infinity, -Infinity], {});
  assertClose([], [], {});
});

close('the message names the worst element', () => {
  assert.throws(() => {
    assertClose([0, 1.5, 9], [0, 1, 2], { absolute: 0.1 }, 'weights');
  }, /^weights: 2 of 3 .*\[2\]: got 9, expected 2, difference 7 /);
});

close('a NaN or an infinity on one side only is an error whatever the tolerance', () => {
  for (const [actual, expected] of [
    [NaN, 0],
    [0, NaN],
    [Infinity, 0],
    [Infinity, -Infinity],
  ] as const) {
    assert.throws(() => {
      assertClose([actual], [expected], { absolute: 1e9 });
    });
  }
});

close('a different number of values is an error', () => {
  assert.throws(() => {
    assertClose([1, 2], [1], { absolute: 10 });
  }, /expected 1 numbers, got 2/);
});

close.run();

const random = suite('seededRandom');

random('the same seed gives the same numbers, another seed others', () => {
  assert.equal(seededRandom(7).floats(50), seededRandom(7).floats(50));
  assert.not.equal(seededRandom(7).floats(50), seededRandom(8).floats(50));
});

random('numbers stay in their range and fill it', () => {
  const { uniform, integer } = seededRandom(1);
  const uniforms = Array.from({ length: 10_000 }, () => uniform(-2, 3));
  assert.ok(uniforms.every((value) => value >= -2 && value < 3));
  assert.ok(Math.abs(uniforms.reduce((sum, value) => sum + value, 0) / 10_000 - 0.5) < 0.05);
  const integers = Array.from({ length: 1000 }, () => integer(3, 5));
  assert.equal([...new Set(integers)].sort(), [3, 4, 5]);
});

random.run();
