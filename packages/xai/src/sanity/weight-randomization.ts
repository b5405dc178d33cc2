import * as tf from '@tensorflow/tfjs';
import { layerGraph, NumpyRandom } from '@ablation-cam/model';
import { throwIfAborted } from '../errors.ts';
import type { Explanation } from '../explanation/explanation.ts';
import type { ExplainedInput } from '../forward/model-input.ts';
import { openModel } from '../forward/open-model.ts';
import { wholeNumber } from '../methods/check-option.ts';
import { explain, type ExplainOptions } from '../methods/explain.ts';
import { bootstrapMean, type MeanInterval } from '../measures/statistics.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { structuralSimilarity } from './structural-similarity.ts';

export type RandomizationOptions = ExplainOptions & {
  /** Default: 0. */
  readonly seed?: number | undefined;
};

/** How much is left of the maps once a layer and all above it are randomised. Near 1: the method does not look at them. */
export interface RandomizationStage {
  readonly layer: string;
  /** Spearman's, of the signed maps. */
  readonly rankCorrelation: MeanInterval;
  /** Of the heatmaps. */
  readonly similarity: MeanInterval;
}

/**
 * Randomises the weights of a model layer by layer, from the output down, explains the same classes at every stage, and
 * compares the maps with those of the trained model. A method whose maps stay as they were explains the input, not the
 * model.
 *
 * The values of each weight are put into random order, which keeps their distribution, and so the scale of activations and
 * the sign of variances. The model has its own weights back when the promise settles, also after an error or an abort; until
 * then nobody else may use it.
 *
 * Source: Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3 (cascading randomisation). Deviation:
 * it draws new weights from the initialiser, which a loaded model need not have.
 *
 * @returns one for each layer with weights, from the output down
 * @throws what `explain` throws
 */
export async function weightRandomization(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: RandomizationOptions,
): Promise<RandomizationStage[]> {
  const { seed = 0, onProgress, ...method } = options;
  wholeNumber('seed', seed, 0);
  const { batch } = await openModel(model, input);
  const trained = await explain(model, input, method as ExplainOptions);
  const layers = layersFromTop(model);
  const explainAgain = (base: Explanation): Promise<Explanation> =>
    explainOne(model, inputAt(batch.arrays, base.inputIndex, batch.inputs), method, base);

  const restores: (() => void)[] = [];
  try {
    const stages: RandomizationStage[] = [];
    for (const [index, { layer, name }] of layers.entries()) {
      throwIfAborted(options.signal);
      restores.push(await randomizeLayer(layer, new NumpyRandom([seed, index])));
      const correlations: number[] = [];
      const similarities: number[] = [];
      for (const base of trained.explanations) {
        const now = await explainAgain(base);
        correlations.push(rankCorrelation(base.mapSigned.data, now.mapSigned.data));
        similarities.push(structuralSimilarity(base.heatmap, now.heatmap));
      }
      stages.push({
        layer: name,
        rankCorrelation: bootstrapMean(correlations),
        similarity: bootstrapMean(similarities),
      });
      onProgress?.((index + 1) / layers.length);
    }
    return stages;
  } finally {
    for (const restore of restores) restore();
  }
}

/** Explains the same score of one input again. */
async function explainOne(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: ExplainOptions,
  { classIndex }: Explanation,
): Promise<Explanation> {
  const isPinned = options.target === undefined && classIndex !== null;
  const { explanations } = await explain(model, input, isPinned ? { ...options, classIndex } : options);
  return explanations[0]!;
}

function inputAt(
  arrays: readonly { readonly data: Float32Array; readonly shape: readonly number[] }[],
  index: number,
  inputs: number,
): ExplainedInput {
  return arrays.map(({ data, shape }) => {
    const length = data.length / inputs;
    return { data: data.subarray(index * length, (index + 1) * length), shape: [1, ...shape.slice(1)] };
  });
}

/** Layers with weights, those of models inside the model included, the last called first. */
function layersFromTop(model: tf.LayersModel): { layer: tf.layers.Layer; name: string }[] {
  const found = new Map<tf.layers.Layer, string>();
  for (const { layer, name } of layerGraph(model).calls.toReversed()) {
    if (layer.getWeights().length > 0 && !found.has(layer)) found.set(layer, name);
  }
  return [...found].map(([layer, name]) => ({ layer, name }));
}

/** Puts the values of each weight into random order and returns what undoes it. */
async function randomizeLayer(layer: tf.layers.Layer, random: NumpyRandom): Promise<() => void> {
  const own: { values: Float32Array; shape: number[] }[] = [];
  for (const weight of layer.getWeights()) {
    own.push({ values: Float32Array.from(await weight.data()), shape: weight.shape });
  }
  const write = (all: typeof own): void => {
    const tensors = all.map(({ values, shape }) => tf.tensor(values, shape, 'float32'));
    layer.setWeights(tensors);
    tf.dispose(tensors);
  };
  write(
    own.map(({ values, shape }) => ({
      values: Float32Array.from(random.permutation(values.length), (index) => values[index]!),
      shape,
    })),
  );
  return () => {
    write(own);
  };
}
