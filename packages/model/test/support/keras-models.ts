import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { loadLayersModel, modelFiles, networkOf, type NamedFile } from '../../src/index.ts';
import { evaluateGraph } from './evaluate-graph.ts';
import { jsonFile } from './model-json.ts';

/** A few float32 roundings of 6e-8 on values up to about 10. */
export const FLOAT32 = { absolute: 3e-6 };

export type Layer = [
  className: string,
  config?: Record<string, unknown>,
  weights?: Record<string, readonly number[]>,
];

/** A sequential model in a `model.json` of Keras 2.15 or of another writer, its weights random unless they are given. */
export function modelOf(
  inputShape: readonly number[],
  layers: readonly Layer[],
  shapes: Readonly<Record<string, readonly number[]>> = {},
  given: Readonly<Record<string, readonly number[]>> = {},
  version = '2.15.0',
): { files: NamedFile[]; weights: Readonly<Record<string, Float32Array>> } {
  const random = seededRandom(inputShape.length + layers.length);
  const weights = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, given[name] ? Float32Array.from(given[name]) : random.floats(size, -1, 1)];
    }),
  );
  const described = layers.map(([class_name, config], i) => ({
    class_name,
    config: { name: `layer${i}`, ...config },
  }));
  const input = {
    class_name: 'InputLayer',
    config: { name: 'in', batch_input_shape: [null, ...inputShape] },
  };
  const description = {
    modelTopology: {
      keras_version: version,
      model_config: { class_name: 'Sequential', config: { name: 'net', layers: [input, ...described] } },
    },
    weightsManifest: [
      {
        paths: ['w.bin'],
        weights: Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  const values = Float32Array.from(Object.values(weights).flatMap((array) => [...array]));
  return { files: [jsonFile(description), { name: 'w.bin', bytes: new Uint8Array(values.buffer) }], weights };
}

/**
 * What a model gives: by TensorFlow.js, which has to agree with the graph of operations it becomes, evaluated in float64, and with
 * itself when it was saved and loaded again.
 */
export async function answerOf(files: readonly NamedFile[], x: Float32Array): Promise<Float32Array> {
  const loaded = await loadLayersModel(files);
  const [input] = loaded.model.inputs;
  const shape = [1, ...(input?.shape.slice(1) ?? [])].map((size) => size ?? 1);
  const predict = (model: tf.LayersModel): Float32Array =>
    tf.tidy(() => (model.predict(tf.tensor(x, shape)) as tf.Tensor).dataSync<'float32'>());
  const answer = predict(loaded.model);
  const { graph } = await (await networkOf(loaded.model)).at([shape.slice(1)]);
  if (graph.nodes.every(({ operation }) => operation.kind !== 'opaque')) {
    assertClose(answer, evaluateGraph(graph, x), FLOAT32);
  }
  const saved = await modelFiles(loaded.model);
  loaded.dispose();
  const again = await loadLayersModel(saved);
  assertClose(predict(again.model), answer, { absolute: 0 });
  again.dispose();
  return answer;
}

export const ramp = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => i);
