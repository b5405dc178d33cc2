import * as tf from '@tensorflow/tfjs';
import type { BenchCase } from './case.ts';
import { featureMap } from './random.ts';
import { seedWeights, type SeededDecision } from './seed-weights.ts';

/** What a case that is only a tail is made of. */
export interface TailCase
  extends
    Pick<BenchCase, 'name' | 'title' | 'sets' | 'weight' | 'strategies' | 'sweep' | 'isConfident'>,
    SeededDecision {
  /** Of the target's output, `[height, width, channels]`. */
  readonly target: readonly [number, number, number];
  /** From the target to the class scores; further inputs of the network are maps that do not depend on the target. */
  readonly build: (target: tf.SymbolicTensor) => { inputs: tf.SymbolicTensor[]; output: tf.SymbolicTensor };
  readonly seed: number;
}

/** A case whose network begins at the target: its input is a feature map. */
export function tailCase({ target, build, seed, gain, lead, ...rest }: TailCase): BenchCase {
  return {
    ...rest,
    batch: 1,
    layer: null,
    network: () => {
      const input = tf.input({ shape: [...target], name: 'target' });
      const { inputs, output } = build(input);
      const model = tf.model({ inputs: [input, ...inputs], outputs: output });
      seedWeights(model, seed, { gain, ...(lead === undefined ? {} : { lead }) });
      return Promise.resolve(model);
    },
    data: ({ graph }) =>
      Promise.resolve(
        graph.inputs.map((id, index) => {
          const shape = graph.nodes[id]?.shape ?? [];
          const positions = shape.slice(0, -1).reduce((product, length) => product * length, 1);
          return featureMap(seed + 100 * index + 1, positions, shape.at(-1) ?? 1);
        }),
      ),
  };
}

/** Applies layers one after the other. */
export function chain(...layers: readonly tf.layers.Layer[]): TailCase['build'] {
  return (target) => ({
    inputs: [],
    output: layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, target),
  });
}

// Weights are drawn afterwards from the case's seed; drawing them twice would take seconds for a large dense layer.
const kernelInitializer = 'zeros';

export const convolution = (filters: number, kernelSize: number, activation: 'relu' | 'linear' = 'relu') =>
  tf.layers.conv2d({ filters, kernelSize, padding: 'same', activation, kernelInitializer });
export const dense = (units: number, activation: 'relu' | 'softmax') =>
  tf.layers.dense({ units, activation, kernelInitializer });
export const maxPooling = () => tf.layers.maxPooling2d({ poolSize: 2 });
export const globalPooling = () => tf.layers.globalAveragePooling2d({});
export const normalization = () => tf.layers.batchNormalization({});
export const flatten = () => tf.layers.flatten();
