import { faultSample } from '@ablation-cam/tools/faults';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('faults on purpose');

/** One of each way through the code. */
const SOME = 'one dispatch;without a rule;ONNX;Assembly;naive;grad-cam++;occlusion';

test('some faults at some points leave nothing behind; test:faults makes all of them', async () => {
  assert.match(await faultSample(4, 1, SOME), /^\d+ points, \d+ faults, 0 violations$/);
});

test.run();
