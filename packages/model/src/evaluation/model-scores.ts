import { ModelError } from '../errors.ts';
import type { Classifier, ClassifierShapes } from './classifier.ts';

/**
 * What the numbers are that a model puts out: `'probabilities'` in [0, 1], as behind a softmax or a sigmoid, or
 * `'logits'`, which are passed through one first.
 */
export type OutputKind = 'probabilities' | 'logits';

/** Probabilities of float32 networks may pass 0 and 1 by a few rounding errors. */
const ROUNDING = 1e-5;

/**
 * The number of classes a model tells apart: its output units, or two for one unit, whose output is the probability of
 * the second class.
 *
 * @throws ModelError `invalid-data` when the model does not put out one vector a sample
 */
export function classCount(shapes: ClassifierShapes): number {
  return Math.max(2, unitCount(shapes));
}

/** The units of its only output. @throws as `classCount` */
export function unitCount({ outputs }: ClassifierShapes): number {
  const [shape = [], ...others] = outputs;
  const units = shape.at(-1);
  const isVector = shape.slice(0, -1).every((length) => length === 1);
  if (outputs.length !== 1 || others.length > 0 || !isVector || typeof units !== 'number') {
    throw new ModelError(
      'invalid-data',
      `Expected a classifier with one output [batch, classes], got ` +
        `${outputs.map((own) => `[${['batch', ...own.map((size) => size ?? 'any')].join(', ')}]`).join(' and ')}.`,
    );
  }
  return units;
}

/**
 * Returns what the numbers are that a model puts out. Logarithms of probabilities are logits of these, whatever is said.
 *
 * @param kind what the caller says they are
 * @throws ModelError `invalid-option` where the outputs of a softmax or sigmoid would be passed through another one
 */
export function outputKind({ ending }: Classifier, kind: OutputKind): OutputKind {
  if (ending === 'logsoftmax') return 'logits';
  if (kind !== 'logits' || (ending !== 'softmax' && ending !== 'sigmoid')) return kind;
  throw new ModelError(
    'invalid-option',
    `The model ends in a ${ending}: its outputs are probabilities, not logits. Evaluate them as such.`,
  );
}

/**
 * Class scores in [0, 1] of a model's outputs, in float64.
 *
 * @param outputs finite, `[samples, units]`, row-major; one unit gives the probability of the second of two classes
 * @param firstSample the index of the first sample, for messages
 * @returns `[samples, classCount]`, row-major
 * @throws ModelError `invalid-data` for values that are no probabilities where such are expected
 */
export function classScores(
  outputs: Float32Array,
  units: number,
  kind: OutputKind,
  firstSample = 0,
): Float64Array {
  outputs.forEach((value, i) => {
    if (kind === 'logits' || (value >= -ROUNDING && value <= 1 + ROUNDING)) return;
    const sample = firstSample + Math.floor(i / units);
    throw new ModelError(
      'invalid-data',
      `The model's output ${value} for sample ${sample} is no probability. If the model ends without a softmax or ` +
        `sigmoid, evaluate its outputs as logits.`,
    );
  });
  const values = Float64Array.from(outputs);
  if (units === 1) return twoClasses(kind === 'logits' ? values.map(sigmoid) : values);
  if (kind === 'logits') {
    for (let row = 0; row < values.length; row += units) softmaxInPlace(values.subarray(row, row + units));
  }
  return values;
}

function twoClasses(second: Float64Array): Float64Array {
  const scores = new Float64Array(2 * second.length);
  second.forEach((probability, i) => {
    scores[2 * i] = 1 - probability;
    scores[2 * i + 1] = probability;
  });
  return scores;
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function softmaxInPlace(logits: Float64Array): void {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((a, b) => a + b);
  logits.set(exponentials.map((exponential) => exponential / sum));
}
