import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  explain,
  featureMap,
  maskedPrediction,
  methodNames,
  ModelError,
  releaseDevice,
} from '../src/index.ts';
import { dropAndIncrease } from '../src/metrics.ts';
import { randomInput, setRandomWeights } from './support/models.ts';

const test = suite('results that are no finite numbers');

const BACKENDS = ['cpu', 'wasm'] as const;

/** Values grow out of range in "large"; "clipped" makes finite ones of them again. */
function growingModel(clips: boolean): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 3, kernelSize: 3, useBias: false, inputShape: [6, 6, 1], name: 'first' }),
      tf.layers.conv2d({ filters: 3, kernelSize: 1, name: 'large', useBias: false }),
      ...(clips ? [tf.layers.reLU({ maxValue: 6, name: 'clipped' })] : []),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax', name: 'classes' }),
    ],
  });
  setRandomWeights(model, 5);
  setKernel(model, 'first', 1);
  setKernel(model, 'large', 3e38);
  return model;
}

function setKernel(model: tf.LayersModel, name: string, value: number): void {
  tf.tidy(() => {
    const layer = model.getLayer(name);
    const [kernel, ...others] = layer.getWeights();
    layer.setWeights([tf.fill(kernel?.shape ?? [], value), ...others]);
  });
}

const input = { data: new Float32Array(36).fill(2), shape: [6, 6, 1] };

async function assertNotFinite(work: () => Promise<unknown>, pattern: RegExp, what: string): Promise<void> {
  let error: unknown = null;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof ModelError, `${what}: ${String(error)}`);
  if (!(error instanceof ModelError)) return;
  assert.is(error.code, 'not-finite', what);
  assert.match(error.message, pattern, what);
}

for (const backend of BACKENDS) {
  test(`every method names the layer where values leave the range on the ${backend} backend`, async () => {
    const model = growingModel(false);
    try {
      const before = tf.memory().numTensors;
      for (const method of methodNames) {
        const options = method === 'ablation-cam' ? { method, executor: 'reference' as const } : { method };
        await assertNotFinite(
          () => explain(model, input, { ...options, backend }),
          /layer "large" \(Conv2D\) is the first that yields Infinity/,
          method,
        );
      }
      await assertNotFinite(
        () => explain(model, input, { method: 'ablation-cam', strategy: 'naive', backend }),
        /layer "large"/,
        'naive',
      );
      assert.is(tf.memory().numTensors, before);
    } finally {
      model.dispose();
    }
  });

  test(`a layer that makes finite values of infinite ones hides nothing on the ${backend} backend`, async () => {
    const model = growingModel(true);
    try {
      for (const method of ['ablation-cam', 'grad-cam', 'eigen-cam'] as const) {
        await assertNotFinite(
          () => explain(model, input, { method, layer: 'large', backend }),
          /layer "large"/,
          method,
        );
      }
    } finally {
      model.dispose();
    }
  });

  test(`weights that are no numbers are refused before anything runs on the ${backend} backend`, async () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const model = growingModel(false);
      setKernel(model, 'large', value);
      await assertNotFinite(
        () => explain(model, input, { method: 'ablation-cam', backend }),
        new RegExp(`weight of layer "large" \\(Conv2D\\) holds ${String(value)} at position 0`),
        String(value),
      );
      // As training puts them right again.
      setKernel(model, 'large', 0.5);
      const { explanations } = await explain(model, input, { method: 'ablation-cam', backend });
      assert.ok(explanations[0]?.mapSigned.data.every(Number.isFinite));
      model.dispose();
    }
  });
}

test('metrics and looks inside a network refuse them as well', async () => {
  const model = growingModel(false);
  const map = { inputIndex: 0, classIndex: 0, map: { shape: [4, 4], data: new Float32Array(16).fill(1) } };
  const pattern = /layer "large"/;
  const protocol = { kind: 'top-fraction', fraction: 0.5, baseline: 0 } as const;
  await assertNotFinite(() => dropAndIncrease(model, input, [map], { protocol }), pattern, 'drop');
  await assertNotFinite(() => featureMap(model, input, { layer: 'large' }), pattern, 'feature map');
  await assertNotFinite(
    () => maskedPrediction(model, input, { layer: 'first', channels: [0] }),
    pattern,
    'prediction',
  );
  model.dispose();
});

test('only the input at fault counts, and its place in the batch is told', async () => {
  const model = growingModel(false);
  setKernel(model, 'large', 1e38);
  const small = randomInput([36], 3).data.map((value) => value * 0.01);
  const data = Float32Array.from([...small, ...input.data]);
  await assertNotFinite(
    () => explain(model, { data, shape: [2, 6, 6, 1] }, { method: 'grad-cam', score: 'logit' }),
    /input 1 is not a finite number: layer "large"/,
    'batch',
  );
  model.dispose();
});

test.after(releaseDevice);

test.run();
