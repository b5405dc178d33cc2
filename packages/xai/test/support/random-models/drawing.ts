import type * as tf from '@tensorflow/tfjs';
import type { SeededRandom } from '@ablation-cam/tools/testing';

export type Symbolic = tf.SymbolicTensor;

/** Appends layers to a feature map and returns another feature map with as many axes of positions. */
export type Block = (drawing: Drawing, x: Symbolic) => Symbolic;

/** What blocks draw with. */
export interface Drawing {
  readonly random: SeededRandom;
  /** Two axes of positions instead of one. */
  readonly isImage: boolean;
  /** Whether the model has layers without a rule that only TensorFlow.js itself computes. */
  readonly hasOwnLayers: boolean;
  /** Appends some blocks of any kind. */
  readonly blocks: (x: Symbolic, count: number) => Symbolic;
}

export function call(layer: tf.layers.Layer, ...inputs: Symbolic[]): Symbolic {
  return layer.apply(inputs.length === 1 ? (inputs[0] ?? []) : inputs) as Symbolic;
}

/** Sizes without the batch. */
export function sizesOf({ shape }: Symbolic): number[] {
  return shape.slice(1).map((size) => size ?? 1);
}

export function positionsOf(x: Symbolic): number[] {
  return sizesOf(x).slice(0, -1);
}

export function channelsOf(x: Symbolic): number {
  return sizesOf(x).at(-1) ?? 1;
}

export function elementsOf(x: Symbolic): number {
  return sizesOf(x).reduce((product, size) => product * size, 1);
}

export function chance({ random }: Drawing, probability: number): boolean {
  return random.uniform() < probability;
}

/** A whole number in [1, most] for each axis of positions, no larger than the axis is long. */
export function windowOf({ random }: Drawing, x: Symbolic, most: number): [number] | [number, number] {
  const [rows = 1, columns] = positionsOf(x).map((length) => Math.min(length, random.integer(1, most)));
  return columns === undefined ? [rows] : [rows, columns];
}
