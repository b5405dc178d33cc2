import { describePlan, type ExecutorName, type Plan } from '@ablation-cam/kernels';

/** How fast something runs plans without a GPU. */
interface Speed {
  /** Multiply-adds in a millisecond. */
  readonly operations: number;
  /** Milliseconds that a step of a chunk takes however little it does. */
  readonly step: number;
}

/** Orders of magnitude on a core of a common computer: they decide between ways that differ by tens of times. */
const SPEEDS = {
  softwareGpu: { operations: 3e5, step: 1 },
  wasm: { operations: 4e6, step: 0.5 },
  javascript: { operations: 1e5, step: 0.2 },
  reference: { operations: 2e4, step: 0.05 },
} as const satisfies Record<string, Speed>;

/** Returns about how long a plan takes for one input on a machine without a GPU, in milliseconds. */
export function estimatedMs(plan: Plan, executor: ExecutorName, backend: string): number {
  const { steps, chunks, operations } = describePlan(plan);
  const { operations: rate, step } = speedOf(executor, backend);
  return (operations.plan + operations.base) / rate + step * steps.length * chunks.perInput;
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
