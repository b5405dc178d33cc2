import { faultSample } from '@ablation-cam/tools/faults';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('faults on purpose');

test('some faults at some points leave nothing behind; test:faults makes all of them', async () => {
  assert.match(await faultSample(5, 1), /^\d+ points, \d+ faults, 0 violations$/);
});

test.run();
