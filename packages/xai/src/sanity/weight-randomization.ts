import { networkOf, NumpyRandom } from '@ablation-cam/model';
import type { NetworkSource, WeightAccess } from '@ablation-cam/model';
import { throwIfAborted, XaiError } from '../errors.ts';
import type { Explanation } from '../explanation/explanation.ts';
import { holdInput, readBatch, type ExplainedInput } from '../forward/model-input.ts';
import { wholeNumber } from '../methods/check-option.ts';
import { createExplainer } from '../explainer/explainer.ts';
import type { Explainer } from '../explainer/explainer.ts';
import type { ExplainOptions } from '../methods/registry.ts';
import { bootstrapMean, type MeanInterval } from '../metrics/statistics.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { structuralSimilarity } from './structural-similarity.ts';

/** The method that is held against random weights, its options, and the seed of these weights. */
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
  source: NetworkSource,
  input: ExplainedInput,
  options: RandomizationOptions,
): Promise<RandomizationStage[]> {
  const { seed = 0, onProgress, ...method } = options;
  wholeNumber('seed', seed, 0);
  const network = await networkOf(source);
  const { weights } = network;
  if (!weights) {
    throw new XaiError(
      'unsupported-model',
      'The weights of this network cannot be changed. Load it as a tf.LayersModel.',
    );
  }
  const held = holdInput(input);
  const batch = await readBatch(network, held).finally(held.release);
  const explainer = await createExplainer(network, method as ExplainOptions);
  const trained = await explainer.explain(batch.arrays);
  const explainAgain = (base: Explanation): Promise<Explanation> =>
    explainOne(explainer, inputAt(batch.arrays, base.inputIndex, batch.inputs), method, base);

  const restores: (() => Promise<void>)[] = [];
  try {
    const stages: RandomizationStage[] = [];
    const layers = weights.layers.toReversed();
    for (const [index, name] of layers.entries()) {
      throwIfAborted(options.signal);
      restores.push(await randomizeLayer(weights, name, new NumpyRandom([seed, index])));
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
    for (const restore of restores) await restore();
    await explainer.dispose();
  }
}

/** Explains the same score of one input again. */
async function explainOne(
  explainer: Explainer,
  input: ExplainedInput,
  options: ExplainOptions,
  { classIndex }: Explanation,
): Promise<Explanation> {
  const isPinned = options.target === undefined && classIndex !== null;
  const { explanations } = await explainer.explain(input, isPinned ? { classIndex } : {});
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

/** Puts the values of each weight into random order and returns what undoes it. */
async function randomizeLayer(
  access: WeightAccess,
  layer: string,
  random: NumpyRandom,
): Promise<() => Promise<void>> {
  const own = await access.read(layer);
  await access.write(
    layer,
    own.map(({ values, shape }) => ({
      values: Float32Array.from(random.permutation(values.length), (index) => values[index]!),
      shape,
    })),
  );
  return () => access.write(layer, own);
}
