import type { ActivationOperation } from '../operations/activation.ts';
import type { Fusible } from '../operations/facts.ts';
import type { GlobalPoolOperation } from '../operations/global-pool.ts';
import type { PoolOperation } from '../operations/pool.ts';
import type { Shape } from '../tail/shape.ts';
import type {
  CombineStep,
  ContributeStep,
  ConvolveStep,
  DeltaOperand,
  Epilogue,
  OneChannelOperand,
  PropagateStep,
  ValueId,
} from './steps.ts';

type Unfinished<Step> = Step extends unknown ? Omit<Step, 'node' | 'layers' | 'epilogue' | 'output'> : never;

export type UnfinishedStep = Unfinished<ContributeStep | ConvolveStep | PropagateStep | CombineStep>;

/** A step that is not in the plan yet: its epilogue takes over the operations that follow, as far as they fit. */
export interface OpenStep {
  readonly step: UnfinishedStep;
  readonly epilogue: Epilogue;
  /** Of the whole tensor, after the epilogue. */
  readonly shape: Shape;
  /** The last node it covers. */
  readonly node: number;
  readonly layers: readonly string[];
}

export const NO_EPILOGUE: Epilogue = {
  scale: null,
  addend: null,
  activation: null,
  base: null,
  pool: null,
  globalPool: null,
};

/** Whether nothing but factors follow the step: what it makes is still linear in its source. */
export function isScaledOnly({ addend, activation, pool, globalPool }: Epilogue): boolean {
  return !addend && !activation && !pool && !globalPool;
}

/**
 * The epilogue with one more operation, or null where the order of an epilogue does not allow it.
 *
 * @param shape of the operation's result
 * @param base of the tensor it reads, where the epilogue needs it and holds none yet
 */
export function withFused(
  epilogue: Epilogue,
  fusible: Fusible,
  shape: Shape,
  base: () => ValueId,
): Epilogue | null {
  switch (fusible.place) {
    case 'scale':
      return withScale(epilogue, fusible.scale);
    case 'activation':
      return withActivation(epilogue, fusible.operation, base);
    case 'pool':
      return withPool(epilogue, fusible.operation, shape, base);
    case 'global-pool':
      return withGlobalPool(epilogue, fusible.operation, base);
    // Kernels are multiplied, and a tensor to add must be given.
    case 'kernel':
    case 'addend':
      return null;
  }
}

function withScale(epilogue: Epilogue, scale: Float32Array): Epilogue | null {
  if (!isScaledOnly(epilogue)) return null;
  const before = epilogue.scale;
  return {
    ...epilogue,
    scale: before ? Float64Array.from(before, (factor, c) => factor * scale[c]!) : scale,
  };
}

export function withAddend(epilogue: Epilogue, addend: OneChannelOperand | DeltaOperand): Epilogue | null {
  return isScaledOnly(epilogue) ? { ...epilogue, addend } : null;
}

function withActivation(
  epilogue: Epilogue,
  activation: ActivationOperation,
  base: () => ValueId,
): Epilogue | null {
  if (epilogue.activation || epilogue.pool || epilogue.globalPool) return null;
  return { ...epilogue, activation, base: base() };
}

function withPool(
  epilogue: Epilogue,
  operation: PoolOperation,
  shape: Shape,
  base: () => ValueId,
): Epilogue | null {
  const overlaps = operation.window.some((size, axis) => size > (operation.strides[axis] ?? 1));
  if (overlaps || epilogue.pool || epilogue.globalPool) return null;
  const needed = operation.reduction === 'max' ? (epilogue.base ?? base()) : epilogue.base;
  return { ...epilogue, pool: { operation, shape }, base: needed };
}

function withGlobalPool(
  epilogue: Epilogue,
  globalPool: GlobalPoolOperation,
  base: () => ValueId,
): Epilogue | null {
  if (epilogue.globalPool) return null;
  if (globalPool.reduction === 'average' || epilogue.base !== null) return { ...epilogue, globalPool };
  // The base an epilogue holds is that before any pooling.
  return epilogue.pool ? null : { ...epilogue, globalPool, base: base() };
}
