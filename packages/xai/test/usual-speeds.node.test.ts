import { referenceExecutor } from '@ablation-cam/kernels';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { machineSpeeds } from '../src/runtime/calibration/machine-speeds.ts';
import { typicalSpeed } from '../src/runtime/calibration/speed.ts';

const test = suite('usual speeds');

test('nothing is measured, read or kept where the environment asks for usual speeds, as it does in tests', async () => {
  assert.is(process.env['ABLATION_CAM_SPEEDS'], 'usual');
  const speeds = machineSpeeds();
  let runs = 0;
  const executor = referenceExecutor();
  await speeds.measure('reference', {
    ...executor,
    prepare: (plan) => {
      runs++;
      return executor.prepare(plan);
    },
  });
  assert.is(runs, 0);
  assert.not(speeds.isMeasured('reference'));
  assert.equal(speeds.speedOf('reference'), typicalSpeed('reference'));
  assert.is(await speeds.keptAt(), null);
});

test.run();
