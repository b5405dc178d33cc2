import { fuzzHere } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeSubject } from './fuzz/subject.ts';

const test = suite('links and names of files that somebody made up');

test('each leads to something that can be shown and linked to', async () => {
  const { read, refused, faults } = await fuzzHere(makeSubject(), 500, 1);
  assert.equal(faults, []);
  assert.ok(read > 0 && refused === 0, `${read} read, ${refused} refused`);
});

test.run();
