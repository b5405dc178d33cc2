import { describePlan, type ExecutorName, type Plan } from '@ablation-cam/kernels';

/** How fast something runs plans without a GPU, on two cores of a common computer. */
interface Speed {
  /** Multiply-adds in a millisecond. */
  readonly operations: number;
  /** Bytes of tensors, read or written, in a millisecond. */
  readonly bytes: number;
  /** Milliseconds that a run takes however little it does, and each step of a chunk. */
  readonly run: number;
  readonly step: number;
  /** Milliseconds that a variant of an input takes however small it is. */
  readonly variant: number;
}

/**
 * Fitted to times of the cases of the bench, within a factor of two of each. They decide between ways that differ by more; a
 * wrong choice between others costs little.
 */
const SPEEDS = {
  softwareGpu: { operations: 6e5, bytes: 6e5, run: 0.6, step: 0.3, variant: 0 },
  wasm: { operations: 8e6, bytes: 3.5e6, run: 0, step: 0.15, variant: 0.004 },
  javascript: { operations: 1e5, bytes: 3e5, run: 0, step: 0.2, variant: 0.004 },
  reference: { operations: 1.2e5, bytes: 2e5, run: 0, step: 0.02, variant: 0.002 },
} as const satisfies Record<string, Speed>;

/** Milliseconds that the score of a class without a channel takes, everywhere about the same. */
const SCORE_MS = 7e-5;

/**
 * Returns about how long a plan takes on a machine without a GPU, in milliseconds.
 *
 * @param backend TensorFlow.js's, on which `tfjs` runs
 * @param inputs that are explained together
 */
export function estimatedMs(plan: Plan, executor: ExecutorName, backend: string, inputs = 1): number {
  const { steps, chunks, operations, channels, classes } = describePlan(plan);
  const speed = speedOf(executor, backend);
  const bytes = steps.reduce((sum, step) => sum + step.bytes, 0);
  const perInput =
    (operations.plan + operations.base) / speed.operations +
    bytes / speed.bytes +
    channels * speed.variant +
    channels * classes * SCORE_MS;
  // Inputs that take no more than a chunk each share it with others.
  const passes = chunks.perInput > 1 ? inputs * chunks.perInput : 1;
  return speed.run + passes * steps.length * speed.step + inputs * perInput;
}

function speedOf(executor: ExecutorName, backend: string): Speed {
  switch (executor) {
    case 'webgpu':
      return SPEEDS.softwareGpu;
    case 'tfjs':
      if (backend === 'webgpu') return SPEEDS.softwareGpu;
      return backend === 'wasm' ? SPEEDS.wasm : SPEEDS.javascript;
    case 'reference':
      return SPEEDS.reference;
  }
}
