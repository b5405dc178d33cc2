import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ModelError, NumpyRandom } from '../src/index.ts';
// Made by golden/numpy-random.py.
import golden from './golden/numpy-random.json';

const test = suite('NumpyRandom');

for (const record of golden) {
  const name = Array.isArray(record.seed) ? `${record.seed.length} words` : String(record.seed);

  test(`seed ${name} gives NumPy's values, call for call`, () => {
    const random = new NumpyRandom(record.seed);
    for (const expected of record.uniform) assert.is(random.uniform(), expected);
    // The logarithm may differ from the C library's in the last bit.
    for (const expected of record.normal) assert.ok(Math.abs(random.normal() - expected) < 1e-14);
    const counts = [48, 48, 48, 48, 48, 48, 1, 1000003];
    assert.equal(
      counts.map((count) => random.choice(count)),
      record.choice,
    );
    assert.ok(Math.abs(random.normal() - record.cachedNormal) < 1e-14);
    assert.equal(Array.from(random.permutation(11)), record.permutation);
    for (let i = 0; i < 1999; i++) random.uniform();
    assert.is(random.uniform(), record.after2000);
    assert.equal(Array.from(random.permutation(0)), record.empty);
  });
}

for (const seed of [-1, 1.5, 2 ** 32, Number.NaN, [], [1, -2]]) {
  test(`the seed ${JSON.stringify(seed)} is refused`, () => {
    assert.throws(
      () => new NumpyRandom(seed),
      (error: unknown) =>
        error instanceof ModelError &&
        error.code === 'invalid-option' &&
        error.message.includes('4294967295'),
    );
  });
}

test.run();
