import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  generateMnist1d,
  mnist1dClassNames,
  mnist1dDefaults,
  ModelError,
  type Mnist1dOptions,
} from '../src/index.ts';
// Made by golden/mnist1d.py.
import golden from './golden/mnist1d.json';

const test = suite('MNIST-1D');

/** FNV-1a over the values rounded to 6 decimals, so the order counts and the last bits do not. */
function checksum(values: ArrayLike<number>): string {
  let hash = 0x811c9dc5;
  for (const value of Array.from(values)) {
    hash = Math.imul(hash ^ Math.floor(value * 1e6 + 0.5), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}

function largestDifference(actual: Float64Array, expected: readonly number[]): number {
  assert.is(actual.length, expected.length);
  return actual.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (expected[i] ?? NaN))), 0);
}

test('without options it is the published data set, sample for sample', () => {
  const { train, test: held, positions } = generateMnist1d();
  assert.is(train.count, 4000);
  assert.is(held.count, 1000);
  // Checksums of the published arrays.
  assert.is(checksum(train.signals), '789eccd4');
  assert.is(checksum(held.signals), 'bbe6b709');
  assert.is(checksum(positions), 'd4641b29');
  assert.is(checksum(train.labels), '5ca11fc5');
  assert.is(checksum(held.labels), 'fd44d1e5');
});

for (const { options, signals, labels, positions } of golden) {
  test(`the options ${JSON.stringify(options)} give what NumPy and SciPy give`, () => {
    const [low = 0, high = 0] = options.padding;
    const generated = generateMnist1d({ ...options, padding: [low, high], trainFraction: 1 });
    assert.equal(Array.from(generated.train.labels), labels);
    // Sums are taken in another order than NumPy's: some ulps of values up to 5.
    assert.ok(largestDifference(generated.train.signals, signals) < 1e-13);
    assert.ok(largestDifference(generated.positions, positions) < 1e-13);
  });
}

test('the split and the seed do what they say', () => {
  const half = generateMnist1d({ samples: 30, trainFraction: 0.5 });
  assert.equal([half.train.count, half.test.count, half.test.labels.length], [15, 15, 15]);
  const whole = generateMnist1d({ samples: 30, trainFraction: 0 });
  assert.equal(whole.test.signals.subarray(0, 15 * 40), half.train.signals);
  assert.equal(whole.train.count, 0);
  assert.not.equal(generateMnist1d({ samples: 30, seed: 43 }).train.signals, half.train.signals);
  assert.equal(mnist1dClassNames, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
});

const refused: readonly (readonly [Partial<Mnist1dOptions>, RegExp])[] = [
  [{ samples: 0 }, /samples must be a positive multiple of the 10 digits, got 0/],
  [{ samples: 1005 }, /samples/],
  [{ samples: 10.5 }, /samples/],
  [{ trainFraction: 1.2 }, /trainFraction must be a number in \[0, 1\], got 1.2/],
  [{ trainFraction: Number.NaN }, /trainFraction/],
  [{ padding: [5, 4] }, /padding must be two integers/],
  [{ padding: [-1, 4] }, /padding/],
  [{ maxTranslation: 0 }, /maxTranslation must be an integer in \[1, 72\]/],
  [{ maxTranslation: 73 }, /maxTranslation/],
  [{ sequenceLength: 1 }, /sequenceLength must be an integer of at least 2, got 1/],
  [{ shear: -1 }, /shear must be a finite number of at least 0/],
  [{ correlatedNoise: Number.POSITIVE_INFINITY }, /correlatedNoise/],
  [{ independentNoise: Number.NaN }, /independentNoise/],
  [{ amplitudeRange: -0.1 }, /amplitudeRange/],
  [{ seed: -1 }, /seed is an integer/],
];
for (const [options, pattern] of refused) {
  test(`${JSON.stringify(options)} is refused`, () => {
    assert.throws(
      () => generateMnist1d(options),
      (error: unknown) =>
        error instanceof ModelError && error.code === 'invalid-option' && pattern.test(error.message),
    );
  });
}

test('the defaults are not touched by options', () => {
  generateMnist1d({ samples: 10, shear: 0 });
  assert.is(mnist1dDefaults.shear, 0.75);
});

test.run();
