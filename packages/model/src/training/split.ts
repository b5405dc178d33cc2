import { NumpyRandom } from '../random/numpy-random.ts';

export interface Split {
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
}

/** Holds out a random part of `count` samples; the same seed gives the same split. Indices are in random order. */
export function splitForValidation(count: number, fraction: number, seed: number): Split {
  const order = new NumpyRandom([seed, validationStream]).permutation(count);
  const held = Math.round(count * fraction);
  return { training: order.slice(held), validation: order.slice(0, held) };
}

/** The order in which an epoch (from 0) visits the training samples. */
export function epochOrder(training: Uint32Array, seed: number, epoch: number): Uint32Array {
  const order = new NumpyRandom([seed, epoch]).permutation(training.length);
  return order.map((position) => training[position] ?? 0);
}

/** A number no epoch has, so that the split does not share a stream with one. */
const validationStream = 0xffff_ffff;
