import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { useBackend } from '../src/index.ts';
import { fuzzFiles } from './support/fuzz-files.ts';

const test = suite('mutated files');

test('each is read or refused in a sentence, soon, and leaves nothing behind', async () => {
  await useBackend('cpu');
  const { read, refused, faults } = await fuzzFiles(15, 1);
  assert.equal(faults, []);
  assert.ok(read > 20 && refused > 200, `${read} read, ${refused} refused`);
});

test.run();
