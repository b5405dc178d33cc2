import type { GroupedKernel } from '../operations/grouped-kernel.ts';
import type { ActivationOperation } from '../operations/activation.ts';
import type { GlobalPoolOperation } from '../operations/global-pool.ts';
import type { MergeFunction } from '../operations/merge.ts';
import type { EvaluatedOperation, Operation } from '../operations/operation.ts';
import type { PoolOperation } from '../operations/pool.ts';
import type { SlidingWindow } from '../operations/sliding-window.ts';
import type { Shape } from '../tail/shape.ts';
import type { Owner } from './owner.ts';
import type { Weights, WeightValues } from './weights.ts';

/*
 * The steps of a plan as plain data, for every executor.
 *
 * A tensor x of the tail has up to three values: its `base` (the run with all channels), its `off` (what each element
 * becomes when its own channel is switched off) and its `delta` (base - variant, one for each variant k). Base and off
 * exist once an input, `[inputs, ...shape]`; a delta exists for each variant of a chunk,
 * `[inputs, variants, ...positions, segment length]`. Values are flat: a reshape needs no step, and every step says
 * itself in which shape it reads.
 *
 * A run takes a chunk of inputs, does the `inputSteps` once, and then the `variantSteps` for one chunk of variants after
 * the other. Shapes are without inputs and variants. Cells of padding are zero in every value.
 */

/** A value by its place in `StepPlan.values`. */
export type ValueId = number;

/**
 * The run with all channels, what elements become when their own channel is off, or the change of a variant: base - variant.
 */
export type Stream = 'base' | 'off' | 'delta';

/** A tensor that a plan makes: which one of the tail, in which stream, how large, and where it is kept. */
export interface PlanValue {
  /** For people: the layer and the stream, `block5_pool.off`. */
  readonly name: string;
  /** The node of the tail this is a value of. */
  readonly node: number;
  readonly stream: Stream;
  /** Of one input and, for a delta, one variant. */
  readonly elements: number;
  /** Where it is kept; values whose lives do not overlap share a slot. */
  readonly slot: number;
}

/** Memory for values; for one input and, where `perVariant`, one variant. */
export interface Slot {
  readonly perVariant: boolean;
  readonly elements: number;
}

/** A tensor as a step reads it. A null `base` is not read; `shape` is that of the whole tensor. */
export type Operand = SameOperand | OneChannelOperand | DeltaOperand;

/** Equal in all variants: delta 0. */
export interface SameOperand {
  readonly label: 'same';
  readonly shape: Shape;
  readonly base: ValueId | null;
}

/** Delta k is base - off where the owner is k, and 0 elsewhere. */
export interface OneChannelOperand {
  readonly label: 'one-channel';
  readonly shape: Shape;
  readonly base: ValueId;
  readonly off: ValueId;
  readonly owner: Owner;
}

/** The delta covers the cells `segment.start .. start + length - 1` of the last axis and is 0 elsewhere. */
export interface DeltaOperand {
  readonly label: 'all';
  readonly shape: Shape;
  readonly base: ValueId | null;
  readonly delta: ValueId;
  readonly segment: Segment;
}

/** Neighbouring cells of the last axis. */
export interface Segment {
  readonly start: number;
  readonly length: number;
}

/**
 * What happens to a step's result before it is stored, in this order. With y the result of the step, b its base:
 *
 * 1. `scale`: y *= scale[c], c the place along the last axis of the step's `shape`
 * 2. `addend`: y += the delta of that tensor
 * 3. `activation`: y = f(b) - f(b - y), where `base` holds b; from here on the base is f(b)
 * 4. `pool`: the pooled delta. Average: the mean of y. Max: max(b) - max(b - y), with b as left by 3. Windows do not
 *    overlap
 * 5. `globalPool`: the same over all positions; it may be finished in a second dispatch
 */
export interface Epilogue {
  readonly scale: WeightValues | null;
  readonly addend: OneChannelOperand | DeltaOperand | null;
  readonly activation: ActivationOperation | null;
  /** Of the whole tensor `shape`, before the activation; null where nothing after `addend` reads it. */
  readonly base: ValueId | null;
  readonly pool: { readonly operation: PoolOperation; readonly shape: Shape } | null;
  readonly globalPool: GlobalPoolOperation | null;
}

/** Rows `start .. end - 1` of a step's weights, which pass a buffer's limit as a whole; the results of parts add up. */
export interface WeightPart {
  readonly start: number;
  readonly end: number;
}

interface AnyStep {
  /** The node of the tail whose values the step makes; with an epilogue, the last node it covers. */
  readonly node: number;
  /** Names of the layers it covers, in order. */
  readonly layers: readonly string[];
}

/** The off stream of the target: the ablation value of each channel, at all positions. */
export interface SwitchOffStep extends AnyStep {
  readonly kind: 'switch-off';
  readonly output: ValueId;
  readonly shape: Shape;
}

/** An operation of the tail, with its bias, on the base or the off stream. */
export interface EvaluateStep extends AnyStep {
  readonly kind: 'evaluate';
  readonly stream: 'base' | 'off';
  readonly operation: Operation;
  readonly inputs: readonly { readonly value: ValueId; readonly shape: Shape }[];
  readonly output: ValueId;
  readonly shape: Shape;
  /** Of the kernel's rows, `[taps * channels, filters]`; empty for operations without a kernel. */
  readonly parts: readonly WeightPart[];
}

/**
 * The delta that a convolution or dense layer gives when its input is `one-channel`, all variants together for the price
 * of one:
 *
 *     delta[k, o, f] = sum over taps t and channels c of k of (base - off)[o * strides + t * dilation - padBefore, c]
 *                      * kernel[t, c, f]
 *
 * The owner depends on the last axis alone (`ownsChannels`, which lists the channels of k).
 */
export interface ContributeStep extends AnyStep {
  readonly kind: 'contribute';
  readonly source: OneChannelOperand;
  readonly sliding: SlidingWindow;
  /** `[...window, channels, filters]` */
  readonly kernel: Weights;
  readonly parts: readonly WeightPart[];
  /** `[...positions, filters]`, before the epilogue. */
  readonly shape: Shape;
  /** As in `ConvolveStep`. */
  readonly partial: ValueId | null;
  readonly epilogue: Epilogue;
  readonly output: ValueId;
}

/**
 * A convolution or dense layer of every variant's delta, without bias:
 *
 *     delta[k, o, f] = sum over t, c of source[k, o * strides + t * dilation - padBefore, c] * kernel[t, start + c, f]
 */
export interface ConvolveStep extends AnyStep {
  readonly kind: 'convolve';
  readonly source: DeltaOperand;
  readonly sliding: SlidingWindow;
  /** `[...window, channels, filters]` of the whole tensor `source.shape`. */
  readonly kernel: Weights;
  /** The same of a convolution in groups, for executors that know these. */
  readonly grouped: GroupedKernel | null;
  readonly parts: readonly WeightPart[];
  readonly shape: Shape;
  /** A delta of `shape` that other parts of the layer's input gave; added before the epilogue. */
  readonly partial: ValueId | null;
  readonly epilogue: Epilogue;
  readonly output: ValueId;
}

/** Operations on the delta of one tensor: those that have no step of their own. */
export type PropagatedOperation = Exclude<
  EvaluatedOperation,
  {
    readonly kind: 'activation' | 'affine' | 'reshape' | 'dense' | 'convolution' | 'merge' | 'concatenate';
  }
>;

/**
 * delta = F(base) - F(base - source delta), for linear F that is F without bias on the source delta. Depthwise, average
 * pooling, pad, crop and resize keep to the source's segment (depthwise: times its multiplier), and so do max pooling
 * and PReLU, reading base at the segment's channels. Group normalisation covers the whole groups that the source's segment
 * touches. For all others the segment is the whole last axis.
 */
export interface PropagateStep extends AnyStep {
  readonly kind: 'propagate';
  readonly operation: PropagatedOperation;
  readonly source: DeltaOperand;
  /** The whole tensor's. */
  readonly shape: Shape;
  /** Of `shape`. */
  readonly segment: Segment;
  readonly epilogue: Epilogue;
  readonly output: ValueId;
}

/**
 * Element-wise over one or more tensors, `delta = F(bases) - F(bases - deltas)`, broadcast as in `MergeOperation`. With
 * one operand and `add` it only applies the epilogue, or writes a `one-channel` tensor out as deltas. Bases are read
 * by `multiply`, `maximum` and `minimum`; `average` divides by the number of operands.
 */
export interface CombineStep extends AnyStep {
  readonly kind: 'combine';
  readonly function: MergeFunction;
  readonly operands: readonly Operand[];
  readonly shape: Shape;
  /** The part of the last axis of `shape` that is computed; deltas of operands lie inside it. */
  readonly segment: Segment;
  readonly epilogue: Epilogue;
  readonly output: ValueId;
}

/** Deltas one after the other along `axis`: the whole tensors' own, 0 for a `same` one. */
export interface ConcatenateStep extends AnyStep {
  readonly kind: 'concatenate';
  readonly axis: number;
  readonly operands: readonly Operand[];
  /** Of the operands put together; along the last axis it may be a segment of the tail's concatenation. */
  readonly shape: Shape;
  readonly output: ValueId;
}

/**
 * Ends the incremental part at operations the kernels have no rule for: variant k of each tensor of `frontier`
 * (base - delta) is handed out of the package, which gives back the logits of the variants; `output` is then base logits
 * minus those.
 */
export interface FallbackStep extends AnyStep {
  readonly kind: 'fallback';
  readonly frontier: readonly FrontierTensor[];
  readonly output: ValueId;
  readonly shape: Shape;
  /** For people: the operations without a rule, and why. */
  readonly reasons: readonly string[];
}

/** A tensor at which a plan leaves this package because what follows has no rule: its variants are handed on from there. */
export interface FrontierTensor {
  /** The node of the tail. */
  readonly node: number;
  /** With its base. */
  readonly operand: Operand;
}

/** The last step: logit deltas become ablated scores and weights, as in `reference/score-change.ts`. */
export interface ScoreStep extends AnyStep {
  readonly kind: 'score';
  /** The logits' delta, `[classes]`. */
  readonly delta: ValueId;
}

/** A step that is done once an input. */
export type InputStep = SwitchOffStep | EvaluateStep;

/** A step that is done for every chunk of variants. */
export type VariantStep =
  ContributeStep | ConvolveStep | PropagateStep | CombineStep | ConcatenateStep | FallbackStep | ScoreStep;

/** One step of a plan, of whichever kind. */
export type PlanStep = InputStep | VariantStep;
