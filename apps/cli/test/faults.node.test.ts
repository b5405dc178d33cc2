import { faultSample } from '@ablation-cam/tools/faults';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('faults on purpose');

test('some faults of commands, and of their threads, leave nothing behind; test:faults makes all of them', async () => {
  const last = await faultSample(6, 1, 'explain-set of list.csv');
  assert.match(last, /^\d+ points, 6 faults, 0 violations$/);
});

test('so do faults of the queue, with its database', async () => {
  const last = await faultSample(6, 3, 'by a queue');
  assert.match(last, /^\d+ points, 6 faults, 0 violations$/);
});

test('what runs leave that end as if they were killed does not keep the process', async () => {
  const last = await faultSample(2, 2, 'command compare', 'killed');
  assert.match(last, /^\d+ points, 2 faults, 0 violations$/);
});

test.run();
