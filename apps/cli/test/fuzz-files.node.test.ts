import { fuzzHere } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeSubject } from './fuzz/subject.ts';

const test = suite('damaged files of the commands');

test('each is read or refused in a sentence', async () => {
  const { read, refused, faults } = await fuzzHere(await makeSubject(), 50, 1);
  assert.equal(faults, []);
  assert.ok(read > 0 && refused > 0, `${read} read, ${refused} refused`);
});

test.run();
