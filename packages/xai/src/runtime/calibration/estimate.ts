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
  /** Milliseconds that a variant of an input takes however small it is, and the score of each of its classes. */
  readonly variant: number;
  readonly score: number;
}

/**
 * Fitted to times of the cases of the bench, once warm: within a factor of two of most, of four of all but software WebGPU's on
 * large element-wise steps, which it takes longer for. They decide between ways that differ by more; a wrong choice between
 * others costs little.
 */
const SPEEDS = {
  softwareGpu: { operations: 1e6, bytes: 6.3e5, run: 0.17, step: 0.19, variant: 0.001, score: 3e-5 },
  wasm: { operations: 7.5e6, bytes: 4.5e6, run: 0.15, step: 0.015, variant: 0.0002, score: 1e-5 },
  javascript: { operations: 1e5, bytes: 3e5, run: 0.15, step: 0.015, variant: 0.0002, score: 1e-5 },
  onnxRuntime: { operations: 3e7, bytes: 8e6, run: 0.15, step: 0.01, variant: 0.0002, score: 1e-5 },
  reference: { operations: 2.5e5, bytes: 4e5, run: 0, step: 0.005, variant: 0.0004, score: 5e-6 },
} as const satisfies Record<string, Speed>;

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
    channels * classes * speed.score;
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
    case 'onnxruntime':
      return SPEEDS.onnxRuntime;
    case 'reference':
      return SPEEDS.reference;
  }
}
