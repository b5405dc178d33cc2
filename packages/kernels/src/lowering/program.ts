import type { Length, ProgramShape } from './length.ts';
import type { Primitive } from './primitives.ts';

/*
 * A plan in steps as ordinary operations on tensors, for engines that are libraries of such operations: plain data, up to the
 * changes of the logits. Variants lie in the batch axis.
 *
 * A run takes a chunk of inputs, does `once`, and then `each` for one chunk of variants after the other. Where all variants go in
 * one chunk (`Program.variants` says so), there is nothing to repeat, and `each` is empty.
 */

/** A tensor by its place in `Program.values`. */
export type Tensor = number;

/**
 * A plan or a network as primitives, in the order in which they run.
 *
 * @typeParam Output what the variants end in; null where there are none
 */
export interface Program<Output extends ProgramOutput | null = ProgramOutput | null> {
  /** `chunks`: any number of variants at a time; `all`: all of them, and no length depends on them. */
  readonly variants: 'all' | 'chunks';
  /** The shape of every tensor. */
  readonly values: readonly ProgramShape[];
  readonly constants: readonly ProgramConstant[];
  /** What a run brings along: values of nodes of the tail, the target's activation first, or of the network. */
  readonly given: readonly GivenTensor[];
  /** The value of each channel that is off, `[inputs, channels]`; null where no node reads it. */
  readonly off: Tensor | null;
  /** Once for each chunk of inputs. */
  readonly once: readonly ProgramNode[];
  /** For each chunk of variants; every node depends on it. */
  readonly each: readonly ProgramNode[];
  readonly output: Output;
  /** Values of nodes of the network that the caller reads besides, `[inputs, ...shape]` each. */
  readonly fetched: readonly Tensor[];
}

/** Numbers that are the same in all runs. */
export interface ProgramConstant {
  readonly value: Tensor;
  /** Row-major, int32 for indices, otherwise float; not to be written to. One array may stand here in several shapes. */
  readonly values: Float32Array | Float64Array | Int32Array;
  /** Of all of it. */
  readonly shape: readonly number[];
  /**
   * The axis that has a cell for every variant, of which a chunk reads those of its own variants, and so many as
   * `Program.values` says; null where everything is read.
   */
  readonly variantAxis: number | null;
}

/** A tensor that a run of a program brings along. */
export interface GivenTensor {
  /** The node of the tail, or of the network's graph where the program begins there. */
  readonly node: number;
  /** `[inputs, ...shape]`; null where no node of the program reads it. */
  readonly value: Tensor | null;
}

/** One primitive of a program, its tensors, and what may be freed behind it. */
export interface ProgramNode {
  readonly operation: Primitive;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** What nobody reads after this node, of what earlier nodes of the same list made and, in `once`, what the run brought along. */
  readonly frees: readonly Tensor[];
  /** For people: the layers it belongs to. */
  readonly layers: readonly string[];
}

/** What the variants of a program end in. */
export type ProgramOutput =
  /** How far each logit falls in each variant, `[inputs * variants, classes]`. */
  | { readonly kind: 'logit-drops'; readonly value: Tensor }
  /** What the last step reads, where `LastStep` is to do it: `[inputs, features]` each. */
  | { readonly kind: 'streams'; readonly base: Tensor; readonly off: Tensor }
  /** The variants of the tensors at which the plan leaves this package, `[inputs, variants, elements]` each. */
  | {
      readonly kind: 'frontier';
      readonly tensors: readonly { readonly node: number; readonly value: Tensor }[];
    };

export type { Length, ProgramShape };
