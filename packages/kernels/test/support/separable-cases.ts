import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import {
  planAblation,
  type AblationInput,
  type AblationOutput,
  type Executor,
  type Tail,
} from '../../src/index.ts';
import { naiveAblation } from './naive-ablation.ts';
import { separableTail, type TailRequest } from './separable-tails.ts';

/** Single precision: about 1e-7 for each of the sums, products and exponentials that a weight takes. */
export const FLOAT32 = { ofLargest: 5e-6, absolute: 1e-7 };

/** One channel, primes, sizes beside the workgroup's, one position, one class, one and two dimensions. */
const TAILS: readonly (TailRequest & { readonly inputs: number })[] = [
  { shape: [40, 25], classes: 10, scoreFunction: 'softmax', layers: '', inputs: 3 },
  { shape: [1, 1], classes: 1, scoreFunction: 'linear', layers: '', inputs: 1 },
  { shape: [13, 1], classes: 2, scoreFunction: 'softmax', layers: 'g', inputs: 2 },
  { shape: [28, 28, 16], classes: 8, scoreFunction: 'softmax', layers: 'pg', inputs: 1 },
  { shape: [7, 5, 13], classes: 3, scoreFunction: 'sigmoid', layers: 'bfm', inputs: 2 },
  { shape: [9, 9, 17], classes: 40, scoreFunction: 'softmax', layers: 'bmafx', inputs: 2 },
  { shape: [6, 6, 8], classes: 33, scoreFunction: 'linear', layers: 'fma', inputs: 2 },
  { shape: [11, 9], classes: 5, scoreFunction: 'softmax', layers: 'mgb', inputs: 1 },
  { shape: [2, 3, 65], classes: 257, scoreFunction: 'softmax', layers: 'gf', inputs: 1 },
  { shape: [31, 7], classes: 4, scoreFunction: 'sigmoid', layers: 'aamm', inputs: 5 },
];

export const SETTINGS = [
  { score: 'probability', weighting: 'relative-drop', norm: 2, ablation: 'values' },
  { score: 'probability', weighting: 'slope', norm: 1, ablation: 'channel-mean' },
  { score: 'logit', weighting: 'slope', norm: 2, ablation: 'values-per-input' },
  { score: 'logit', weighting: 'relative-drop', norm: 2, ablation: 'zero' },
] as const;

export interface Case {
  readonly name: string;
  readonly tail: Tail;
  readonly input: AblationInput & { readonly activation: Float32Array };
}

/** Each tail with each of the settings. */
export const CASES: readonly Case[] = TAILS.flatMap((request, seed) => {
  const random = seededRandom(seed + 1);
  const tail = separableTail(request, random);
  return SETTINGS.map((settings) => {
    const channels = request.shape.at(-1) ?? 1;
    const size = request.shape.reduce((product, length) => product * length, request.inputs);
    const activation = random.floats(size);
    const values = {
      zero: new Float32Array(channels),
      values: random.floats(channels),
      'values-per-input': random.floats(channels * request.inputs),
    };
    const input = {
      inputs: request.inputs,
      activation,
      ablation:
        settings.ablation === 'channel-mean'
          ? ({ kind: 'channel-mean' } as const)
          : { kind: 'values' as const, values: values[settings.ablation] },
      score: settings.score,
      weighting: settings.weighting,
      norm: settings.norm,
      classes: 'all' as const,
      ablatedScores: true,
    };
    const { logits } = naiveAblation(tail, input);
    return {
      name: `[${request.shape.join(', ')}] ${request.layers || 'dense alone'}, ${String(request.classes)} classes, ${request.scoreFunction}; ${settings.score}, ${settings.weighting}, ${settings.ablation}`,
      tail,
      input: { ...input, logits: Float32Array.from(logits) },
    };
  });
});

export async function runPlan(executor: Executor, tail: Tail, input: AblationInput): Promise<AblationOutput> {
  const prepared = await executor.prepare(planAblation(tail));
  try {
    return await prepared.run(input);
  } finally {
    prepared.dispose();
  }
}

export function channelsOf({ tail }: Pick<Case, 'tail'>): number {
  return tail.nodes[tail.target]?.shape.at(-1) ?? 1;
}

export function classesOf({ tail }: Pick<Case, 'tail'>): number {
  return tail.nodes[tail.output]?.shape.at(-1) ?? 1;
}

/** sum_k w_k A_k for every class, by definition. */
export function mapsOf({ tail, input }: Case, weights: Float64Array): Float64Array {
  const channels = channelsOf({ tail });
  const positions = input.activation.length / input.inputs / channels;
  const classes = weights.length / input.inputs / channels;
  const maps = new Float64Array(input.inputs * classes * positions);
  for (let n = 0; n < input.inputs; n++)
    for (let c = 0; c < classes; c++)
      for (let p = 0; p < positions; p++)
        for (let k = 0; k < channels; k++)
          maps[(n * classes + c) * positions + p] =
            (maps[(n * classes + c) * positions + p] ?? 0) +
            (weights[(n * classes + c) * channels + k] ?? 0) *
              (input.activation[(n * positions + p) * channels + k] ?? 0);
  return maps;
}

export function assertAgrees(item: Case, output: AblationOutput, tolerance: typeof FLOAT32): void {
  const naive = naiveAblation(item.tail, item.input);
  assertClose(output.ablatedScores ?? [], naive.ablatedScores, tolerance, 'ablated scores');
  assertClose(output.weights, naive.weights, tolerance, 'weights');
  const maps = mapsOf(item, naive.weights);
  assertClose(output.mapSigned, maps, tolerance, 'signed maps');
  assertClose(
    output.map,
    maps.map((value) => Math.max(0, value)),
    tolerance,
    'maps',
  );
}
