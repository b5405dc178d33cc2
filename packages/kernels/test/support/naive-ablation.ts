import { type AblationInput, type Tail } from '../../src/index.ts';
import { evaluateTail } from '../../src/lowering.ts';

/** What the definition says, in float64: the tail evaluated once for every channel. */
export interface NaiveAblation {
  /** `[inputs, classes]` */
  readonly logits: Float64Array;
  /** `[inputs, channels, classes]` */
  readonly ablatedScores: Float64Array;
  /** `[inputs, classes, channels]` */
  readonly weights: Float64Array;
}

/** The part of an input that does not follow from the others. */
export type NaiveInput = Pick<AblationInput, 'inputs' | 'ablation' | 'score' | 'weighting' | 'norm'> & {
  readonly activation: Float32Array;
};

/** Masks one channel after the other and evaluates the whole tail; subtracts scores. */
export function naiveAblation(tail: Tail, input: NaiveInput): NaiveAblation {
  const shape = tail.nodes[tail.target]?.shape ?? [];
  const channels = shape.at(-1) ?? 1;
  const activation = Float64Array.from(input.activation);
  const evaluate = (values: Float64Array): Float64Array =>
    evaluateTail(tail, new Map([[tail.target, values]]), input.inputs)[tail.output] ?? new Float64Array();
  const logits = evaluate(activation);
  const classes = logits.length / input.inputs;
  const scores = scoresOf(tail, input, logits, classes);
  const ablatedScores = new Float64Array(input.inputs * channels * classes);
  const weights = new Float64Array(input.inputs * channels * classes);
  for (let k = 0; k < channels; k++) {
    const { masked, norms } = mask(input, activation, channels, k);
    const ablated = scoresOf(tail, input, evaluate(masked), classes);
    for (let n = 0; n < input.inputs; n++) {
      for (let c = 0; c < classes; c++) {
        const y = scores[n * classes + c] ?? 0;
        const without = ablated[n * classes + c] ?? 0;
        const divisor = input.weighting === 'slope' ? (norms[n] ?? 0) : Math.abs(y);
        ablatedScores[(n * channels + k) * classes + c] = without;
        weights[(n * classes + c) * channels + k] = divisor === 0 ? 0 : (y - without) / divisor;
      }
    }
  }
  return { logits, ablatedScores, weights };
}

function scoresOf(tail: Tail, input: NaiveInput, logits: Float64Array, classes: number): Float64Array {
  if (input.score === 'logit' || tail.scoreFunction === 'linear') return logits;
  if (tail.scoreFunction === 'sigmoid') return logits.map((z) => 1 / (1 + Math.exp(-z)));
  const scores = new Float64Array(logits.length);
  for (let first = 0; first < logits.length; first += classes) {
    const own = logits.subarray(first, first + classes);
    const largest = own.reduce((max, z) => Math.max(max, z), -Infinity);
    const exponentials = own.map((z) => Math.exp(z - largest));
    const sum = exponentials.reduce((total, e) => total + e, 0);
    scores.set(
      exponentials.map((e) => e / sum),
      first,
    );
  }
  return scores;
}

/** The activation with channel k replaced, and the norm of that channel in each input. */
function mask(
  { inputs, ablation, norm }: NaiveInput,
  activation: Float64Array,
  channels: number,
  k: number,
): { masked: Float64Array; norms: Float64Array } {
  const masked = activation.slice();
  const norms = new Float64Array(inputs);
  const size = activation.length / inputs;
  for (let n = 0; n < inputs; n++) {
    const places = Array.from({ length: size / channels }, (_, p) => n * size + p * channels + k);
    const values = places.map((place) => activation[place] ?? 0);
    const magnitudes = values.map((value) => Math.abs(value) ** norm);
    norms[n] = magnitudes.reduce((sum, value) => sum + value, 0) ** (1 / norm);
    const off =
      ablation.kind === 'channel-mean'
        ? values.reduce((sum, value) => sum + value, 0) / values.length
        : (ablation.values[ablation.values.length === channels ? k : n * channels + k] ?? 0);
    for (const place of places) masked[place] = off;
  }
  return { masked, norms };
}
