import type * as tf from '@tensorflow/tfjs';
import type { SizedNetwork } from '@ablation-cam/model';
import type { StrategyName } from '../strategies/names.ts';

/** `quick` cases run everywhere in a minute; `full` has them all. */
export type CaseSet = 'quick' | 'full';

/** What is timed: a network, a target layer, and inputs. Plain data and functions that build from a seed. */
export interface BenchCase {
  /** Identifies the case in files and on the command line. */
  readonly name: string;
  /** For readers: the network, or what follows the target layer. */
  readonly title: string;
  readonly sets: readonly CaseSet[];
  /** Its share of a run's time, in relation to others. Default: 1. */
  readonly weight?: number;
  /** Inputs explained together. */
  readonly batch: number;
  /** The target layer; null where the network is only a tail and its first input is the target. */
  readonly layer: string | null;
  /** Builds the network on TensorFlow.js's current backend; the caller disposes of it. */
  readonly network: () => Promise<tf.LayersModel>;
  /** One array for each input of the network, `[batch, ...shape]`. */
  readonly data: (network: SizedNetwork) => Promise<readonly Float32Array[]>;
  /** The strategies that are timed; absent: all that can. */
  readonly strategies?: readonly StrategyName[];
  /** Where the case lies on a curve of cost against size. */
  readonly sweep?: Sweep;
  /** The prediction is so confident that float32 loses digits; elsewhere it lies between 0.05 and 0.99. */
  readonly isConfident?: true;
}

export interface Sweep {
  readonly along: 'channels' | 'positions' | 'classes';
  readonly value: number;
}
