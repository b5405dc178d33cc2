import * as assert from 'uvu/assert';
import { assertClose, deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import {
  exposeWebGpu,
  planTail,
  webGpuExecutor,
  weightedMap,
  wrapDevice,
  type Device,
} from '../src/index.ts';
import { naiveDeltas, naiveSlopes } from './support/naive-deltas.ts';
import { randomTail, type RandomTail } from './support/random-tail.ts';
import { separableTail } from './support/separable-tails.ts';
import { sharedDevice } from './support/shared-device.ts';

const FLOAT32 = { ofLargest: 1e-4, absolute: 2e-6 };
/** More would compile for long: nothing is shared with the device of other suites, which have more tails. */
const SEEDS = 4;
const SINGLE_DISPATCH = ['', 'mag', 'p', 'bg'];

/** Whatever the adapter is, work is laid out as for this one: threads, tiles, maps and pass times. */
const HARDWARE = { vendor: 'any', architecture: '', device: '', description: 'any graphics card' };

/** A device that was asked for no limits but those every WebGPU device has: they are enough for every kernel. */
async function leastDevice(): Promise<Device> {
  await exposeWebGpu();
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('There is a device, and no adapter.');
  return wrapDevice(await adapter.requestDevice(), HARDWARE);
}

const test = await deviceSuite(
  'work as it is laid out for hardware',
  async () => {
    // Where there is no adapter this says so.
    await sharedDevice();
    return leastDevice();
  },
  { isShared: true },
);

test('the device has no more than every WebGPU device', ({ device: { limits } }) => {
  assert.is(limits.maxStorageBuffersPerShaderStage, 8);
  assert.is(limits.maxComputeWorkgroupStorageSize, 16_384);
  assert.is(limits.maxComputeInvocationsPerWorkgroup, 256);
  assert.is(limits.maxStorageBufferBindingSize, 128 * 1024 * 1024);
});

async function assertAgrees(device: Device, random: RandomTail, what: string): Promise<void> {
  const plan = planTail(random.tail, { limits: device.limits });
  const prepared = await webGpuExecutor(device).prepare(plan);
  try {
    for (const classes of ['all', [plan.classes - 1]] as const) {
      const output = await prepared.run({
        inputs: 1,
        activation: random.activation,
        logits: Float32Array.from(naiveDeltas(random).logits),
        ablation: { kind: 'values', values: random.off },
        constants: random.constants,
        score: 'logit',
        weighting: 'slope',
        norm: 2,
        classes,
      });
      const shown = output.weights.subarray(-random.off.length);
      const expected = naiveSlopes(random);
      const wanted = classes === 'all' ? expected : expected.slice(-random.off.length);
      assertClose(output.weights, wanted, FLOAT32, `weights of ${what}`);
      assert.is(output.dispatches.map, 1);
      const lastMap = output.mapSigned.subarray(-random.activation.length / random.off.length);
      assertClose(lastMap, weightedMap(random.activation, shown), FLOAT32, `map of ${what}`);
    }
  } finally {
    prepared.dispose();
  }
}

test(`${String(SEEDS)} random tails agree with one float64 evaluation a channel`, async ({ device }) => {
  assert.not(device.adapter.software);
  for (let seed = 0; seed < SEEDS; seed++) {
    await assertAgrees(device, randomTail(seed), `seed ${String(seed)}`);
  }
});

test('a single dispatch agrees with one float64 evaluation a channel', async ({ device }) => {
  for (const layers of SINGLE_DISPATCH) {
    const random = seededRandom(7);
    const shape = [6, 6, 11];
    const tail = separableTail({ shape, classes: 10, scoreFunction: 'softmax', layers }, random);
    const [activation, off] = [random.floats(6 * 6 * 11, 0, 1), random.floats(11)];
    await assertAgrees(
      device,
      { seed: 7, tail, activation, off, constants: new Map() },
      layers || 'dense alone',
    );
  }
});

test.run();
