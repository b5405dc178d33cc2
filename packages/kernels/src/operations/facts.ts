import type { Shape } from '../tail/shape.ts';
import type { ActivationOperation } from './activation.ts';
import type { GlobalPoolOperation } from './global-pool.ts';
import type { PoolOperation } from './pool.ts';
import type { Support } from './support.ts';

/**
 * What the planner, its cost model and the executors have to know of an operation. Each kind states it once, beside its
 * type; `operationFacts` holds the record of every kind. Shapes are without the batch.
 */
export interface Facts<Operation> {
  /**
   * Whether f(base) - f(base - d) = L(d), with L the operation without its summands: it is taken on changes as it is. Where
   * it is not linear, whoever takes it on changes reads the base values as well.
   */
  readonly isLinear: (operation: Operation) => boolean;
  /** Whether element i of the flat result depends on element i of the only input's flat data alone. */
  readonly isElementwise: boolean;
  /** How channels of the only input, whose last axis they are, come together; null where any may reach any, or they move. */
  readonly channels: (operation: Operation, input: Shape) => ChannelFlow | null;
  /** Which elements of the inputs an element of the result reads; null where that is known of whole channels only. */
  readonly support: (operation: Operation, inputs: readonly Shape[], shape: Shape) => Support | null;
  /** The result's shape; lengths that operation and inputs leave open are those of the shape that the node states. */
  readonly shape: (operation: Operation, inputs: readonly Shape[], stated: Shape) => Shape;
  /** On one input, as networks are usually counted; cells of padding count as if they were real. */
  readonly multiplyAdds: (operation: Operation, input: Shape, shape: Shape) => number;
  /** The kernel as a row-major matrix of weights, which may be read in parts; null without one. */
  readonly kernel: (operation: Operation, input: Shape) => KernelSize | null;
  /** All its arrays; nobody writes to them. */
  readonly weights: (operation: Operation) => OperationWeights;
  /** How the step before it can do it as well; null where it is always a step of its own. */
  readonly fusible: (operation: Operation) => Fusible | null;
  /**
   * Where a step of its own on changes, by a kernel, meets the operations that follow: `inside`, element by element;
   * `combined`, because it is itself a combination of two tensors; `behind`, because no element is known before a whole
   * group was read; null where it has no such step.
   */
  readonly ownEpilogue: 'inside' | 'combined' | 'behind' | null;
  /** How many axes a kernel has to tell apart. */
  readonly axes: (operation: Operation, inputs: readonly Shape[], shape: Shape) => number;
}

/**
 * Channel r of the result reads the `together` neighbouring channels of the input among which `floor(r / multiplier)` is:
 * with one channel together, each keeps to itself.
 */
export interface ChannelFlow {
  readonly together: number;
  /** Channels of the result for each of the input. */
  readonly multiplier: number;
}

export interface KernelSize {
  readonly rows: number;
  readonly columns: number;
}

/** What is multiplied with the input, and what is added to the result: only in the base. */
export interface OperationWeights {
  readonly factors: readonly Float32Array[];
  readonly summands: readonly Float32Array[];
}

/** What the step before takes over: into its weights, or at a place of its epilogue. */
export type Fusible =
  /** Two linear layers in a row are one: `[channels, columns]`, at each position alike. */
  | { readonly place: 'kernel'; readonly kernel: Float32Array }
  | { readonly place: 'scale'; readonly scale: Float32Array }
  /** One more tensor is added. */
  | { readonly place: 'addend' }
  | { readonly place: 'activation'; readonly operation: ActivationOperation }
  | { readonly place: 'pool'; readonly operation: PoolOperation }
  | { readonly place: 'global-pool'; readonly operation: GlobalPoolOperation };

/** For facts that do not depend on the operation's settings. */
export function always<T>(value: T): () => T {
  return () => value;
}

export const NO_WEIGHTS: OperationWeights = { factors: [], summands: [] };

/** Facts of operations that hold no arrays. */
export const WITHOUT_WEIGHTS = {
  multiplyAdds: always(0),
  kernel: always(null),
  weights: always(NO_WEIGHTS),
} as const;

/** The arrays that there are. */
export function present(...arrays: readonly (Float32Array | null)[]): Float32Array[] {
  return arrays.filter((array) => array !== null);
}

/** Each channel keeps to itself. */
export const APART: ChannelFlow = { together: 1, multiplier: 1 };

/** Facts about shapes of operations that keep the shape of their input. */
export function sameShape(_: unknown, [x = []]: readonly Shape[]): Shape {
  return x;
}

/** Facts of tensors whose values are given: nothing is known of what made them. */
export const GIVEN: Facts<unknown> = {
  ...WITHOUT_WEIGHTS,
  isLinear: always(false),
  isElementwise: false,
  channels: always(null),
  support: always(null),
  shape: (_, __, stated) => stated,
  fusible: always(null),
  ownEpilogue: null,
  axes: always(1),
};
