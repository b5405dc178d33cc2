import { fuzzHere } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeSubject } from './fuzz/subject.ts';

const test = suite('damaged models');

test('what loads of damaged models is explained in finite numbers or refused in a sentence', async () => {
  const { read, refused, faults } = await fuzzHere(await makeSubject(), 30, 1);
  assert.equal(faults, []);
  assert.ok(read > 0 && refused > read, `${read} read, ${refused} refused`);
});

test.run();
