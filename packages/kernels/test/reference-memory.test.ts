import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '@ablation-cam/tools/testing';
import { planAblation, referenceExecutor, type AblationInput, type Tail } from '../src/index.ts';
import { bytesOfArrays } from './support/count-bytes.ts';
import { separableTail } from './support/separable-tails.ts';

const test = suite('memory of the reference executor');

/** ResNet-50 at its last addition: 1,000 classes behind an activation and a global pooling. */
const [CHANNELS, CLASSES] = [2048, 1000];
const SHAPE = [7, 7, CHANNELS];
const SCORES = CHANNELS * CLASSES;
const ZEROS = new Float32Array(CHANNELS);

type Settings = Pick<AblationInput, 'ablation' | 'weighting' | 'classes' | 'ablatedScores'>;

/** Of a run, beyond the plan and the inputs. */
async function bytesOfRun(tail: Tail, settings: Settings): Promise<number> {
  const prepared = await referenceExecutor().prepare(planAblation(tail));
  let inputs = 0;
  const bytes = await bytesOfArrays(async () => {
    const random = seededRandom(2);
    const [activation, logits] = [random.floats(49 * CHANNELS), random.floats(CLASSES)];
    inputs = activation.byteLength + logits.byteLength;
    await prepared.run({ inputs: 1, activation, logits, score: 'probability', norm: 2, ...settings });
  });
  prepared.dispose();
  return bytes - inputs;
}

for (const layers of ['fg', 'bfg', 'fx']) {
  const tail = separableTail(
    { shape: SHAPE, classes: CLASSES, scoreFunction: 'softmax', layers },
    seededRandom(1),
  );
  for (const ablation of ['channel-mean', 'values'] as const) {
    test(`no more than a tenth of the scores of all channels, layers ${layers}, off by ${ablation}`, async () => {
      const bytes = await bytesOfRun(tail, {
        ablation: ablation === 'values' ? { kind: 'values', values: ZEROS } : { kind: 'channel-mean' },
        weighting: 'slope',
        classes: 'predicted',
      });
      // Everything ever made, which is more than is ever in use together. Of scores in float32.
      assert.ok(bytes <= (4 * SCORES) / 10, `${String(bytes)} bytes`);
      assert.ok(bytes >= 4 * CHANNELS, 'not even the weights were counted');
    });
  }
}

test('the scores of all channels where they are asked for', async () => {
  const tail = separableTail(
    { shape: SHAPE, classes: CLASSES, scoreFunction: 'softmax', layers: 'fg' },
    seededRandom(1),
  );
  const asked = { ablation: { kind: 'channel-mean' }, weighting: 'slope', classes: 'predicted' } as const;
  const without = await bytesOfRun(tail, asked);
  assert.is(await bytesOfRun(tail, { ...asked, ablatedScores: true }), without + 4 * SCORES);
});

test.run();
