import type { Shape } from '../tail/shape.ts';
import type { ScoreFunction, Tail } from '../tail/tail.ts';
import type { InputStep, PlanValue, Slot, ValueId, VariantStep } from './steps.ts';

/** How the variants of a node's tensor are known; a plan's algebra in four words. */
export type Label =
  /** Equal in all variants. */
  | { readonly kind: 'same' }
  /** Every element depends on at most one ablated channel. */
  | { readonly kind: 'one-channel' }
  /** Delta k is the sum of `rank` products of a map of positions and a vector of channels; it is never stored. */
  | { readonly kind: 'low-rank'; readonly rank: number }
  /** Every variant has a delta of its own, on `changed` of the channels. */
  | { readonly kind: 'all'; readonly changed: number };

/** What the device allows; the names are WebGPU's. */
export interface PlanLimits {
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

/** How an ablation runs: steps of `steps.ts`, in chunks of inputs and, for each, chunks of variants. */
export interface StepPlan {
  readonly kind: 'steps';
  readonly tail: Tail;
  /** Positions of the target's output, `[length]` or `[height, width]`. */
  readonly positions: Shape;
  /** Channels of the target's output, K. */
  readonly channels: number;
  /** Classes, C. */
  readonly classes: number;
  readonly scoreFunction: ScoreFunction;
  /** One for each node of the tail. */
  readonly labels: readonly Label[];
  readonly values: readonly PlanValue[];
  readonly slots: readonly Slot[];
  /** The values that come with each run: the target's activation first, then the tail's constants that are read. */
  readonly given: readonly { readonly node: number; readonly value: ValueId }[];
  /** Once for each chunk of inputs. */
  readonly inputSteps: readonly InputStep[];
  /** Once for each chunk of inputs and variants. The last one is the only `score` step. */
  readonly variantSteps: readonly VariantStep[];
  readonly limits: PlanLimits;
  /** GPU memory a run may take besides the weights. */
  readonly budgetBytes: number;
}
