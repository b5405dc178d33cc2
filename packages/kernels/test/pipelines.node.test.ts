import { deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { planSteps, planTail, webGpuExecutor, type Device } from '../src/index.ts';
import { naiveDeltas } from './support/naive-deltas.ts';
import { randomTail } from './support/random-tail.ts';
import { separableTail } from './support/separable-tails.ts';
import { sharedDevice } from './support/shared-device.ts';

const FUSIONS = ['pooling', 'activation', 'none'] as const;
/** Shapes and settings are parameters: only what removes code is compiled separately. */
const MOST_PIPELINES = 48;

const test = await deviceSuite('pipelines', sharedDevice, { isShared: true });

/** Collects what tells pipelines apart, of all that a device is asked for until `end`; others may have compiled them before. */
function pipelinesAsked(device: Device): { readonly asked: ReadonlySet<string>; readonly end: () => void } {
  const asked = new Set<string>();
  const pipeline = device.pipeline.bind(device);
  device.pipeline = (shader, overrides) => {
    const constants = Object.entries(overrides ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    asked.add(JSON.stringify([shader.code, shader.entryPoint, constants]));
    return pipeline(shader, overrides);
  };
  return {
    asked,
    end: () => {
      device.pipeline = pipeline;
    },
  };
}

test(`tails of every kind share ${String(MOST_PIPELINES)} pipelines`, async ({ device }) => {
  const { asked, end } = pipelinesAsked(device);
  // On the GPU also the one map of an input, as on hardware.
  const executor = webGpuExecutor(device, { mapMaker: 'gpu' });
  for (let seed = 0; seed < 300; seed++) {
    const { tail } = randomTail(seed, { opaque: seed % 10 === 0 });
    const prepared = await executor.prepare(planSteps(tail, { fusion: FUSIONS[seed % 3] ?? 'pooling' }));
    prepared.dispose();
  }
  const random = seededRandom(1);
  for (const layers of ['', 'm', 'p', 'ag', 'mag', 'b', 'bag', 'mm', 'g', 'map']) {
    const shape = [8, 8, 3];
    const tail = separableTail({ shape, classes: 4, scoreFunction: 'softmax', layers }, random);
    const given = { seed: 1, tail, activation: random.floats(192), off: new Float32Array(3) };
    const { logits } = naiveDeltas({ ...given, constants: new Map() });
    const prepared = await executor.prepare(planTail(tail));
    try {
      for (const score of ['logit', 'probability'] as const) {
        for (const classes of ['predicted', 'all'] as const) {
          await prepared.run({
            inputs: 1,
            activation: given.activation,
            logits: Float32Array.from(logits),
            ablation: { kind: 'channel-mean' },
            score,
            weighting: 'relative-drop',
            norm: 2,
            classes,
          });
        }
      }
    } finally {
      prepared.dispose();
    }
  }
  end();
  assert.ok(asked.size > 10 && asked.size <= MOST_PIPELINES, `${String(asked.size)} pipelines`);
});

test.run();
