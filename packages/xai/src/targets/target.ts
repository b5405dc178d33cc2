import type * as tf from '@tensorflow/tfjs';
import type { Score } from '@ablation-cam/kernels';
import { XaiError } from '../errors.ts';

/** A class by its index, or the one with the largest logit. */
export type TargetClass = number | 'predicted' | RankedClass;

/** The class with the highest logit but `rank`: 0 is the predicted one. */
export interface RankedClass {
  readonly rank: number;
}

/** y = sum_i coefficient_i * score(class_i). Every sum of class scores is one: a single class, a contrast, several. */
export interface ClassTarget {
  readonly kind: 'classes';
  /** What it is, for people: "probability of class 3". */
  readonly name: string;
  readonly score: Score;
  /** At least one; a class that comes twice counts twice. */
  readonly terms: readonly { readonly class: TargetClass; readonly coefficient: number }[];
}

/** y is what a function of the caller's makes of the network's output. */
export interface FunctionTarget {
  readonly kind: 'function';
  readonly name: string;
  /** What the function is given: the output of the network, or its logits. Both are `[inputs, ...]`, as the model has them. */
  readonly of: 'output' | 'logits';
  /** Returns one number for each input, `[inputs]`; made of differentiable TensorFlow.js operations. */
  readonly compute: (values: tf.Tensor) => tf.Tensor;
}

/** The number that an explanation explains. Plain data, up to the function of a `FunctionTarget`. */
export type Target = ClassTarget | FunctionTarget;

/** The probability of a class: its entry of the final softmax or sigmoid. */
export function probabilityOf(classIndex: TargetClass = 'predicted'): ClassTarget {
  return classTarget('probability', classIndex);
}

/** The logit of a class: what the final softmax or sigmoid is applied to. */
export function logitOf(classIndex: TargetClass = 'predicted'): ClassTarget {
  return classTarget('logit', classIndex);
}

/** The score of one class less that of another: why this class rather than that one? */
export function contrastOf(classIndex: TargetClass, other: number, score: Score = 'logit'): ClassTarget {
  return {
    kind: 'classes',
    name: `${score} of ${classText(classIndex)} less that of ${classText(other)}`,
    score,
    terms: [
      { class: classIndex, coefficient: 1 },
      { class: other, coefficient: -1 },
    ],
  };
}

/**
 * The sum of the scores of several classes.
 *
 * @throws XaiError `invalid-option` for no class
 */
export function sumOf(classIndices: readonly TargetClass[], score: Score = 'probability'): ClassTarget {
  if (classIndices.length === 0) {
    throw new XaiError('invalid-option', 'A target needs at least one class; the list is empty.');
  }
  return {
    kind: 'classes',
    name: `${score} of ${classIndices.map(classText).join(' and ')}`,
    score,
    terms: classIndices.map((index) => ({ class: index, coefficient: 1 })),
  };
}

/**
 * A score of the caller's own, for outputs that are no vector of classes: a mask, a regression.
 *
 * @param compute gets the output, `[inputs, ...]`, and returns `[inputs]`
 */
export function functionOf(
  name: string,
  compute: (values: tf.Tensor) => tf.Tensor,
  of: 'output' | 'logits' = 'output',
): FunctionTarget {
  return { kind: 'function', name, of, compute };
}

/** A target of a single class. */
export function classTarget(score: Score, classIndex: TargetClass): ClassTarget {
  return {
    kind: 'classes',
    name: `${score} of ${classText(classIndex)}`,
    score,
    terms: [{ class: classIndex, coefficient: 1 }],
  };
}

function classText(classIndex: TargetClass): string {
  if (classIndex === 'predicted') return 'the predicted class';
  return typeof classIndex === 'number'
    ? `class ${String(classIndex)}`
    : `the class ranked ${String(classIndex.rank + 1)}`;
}
