import { KernelsError } from '@ablation-cam/kernels';
import { BenchError } from '../errors.ts';
import type { ExecutorLabel } from '../strategies/strategy.ts';

/** Why a strategy is not timed after an error; null where the error says that something of ours is broken. */
export function refusalOf(error: unknown, executor: ExecutorLabel): string | null {
  if (isExpectedRefusal(error)) return error.message;
  const isOfTensorFlow = executor === 'tfjs-webgpu' || executor === 'tfjs-wasm';
  return isOfTensorFlow ? `it failed: ${error instanceof Error ? error.message : String(error)}` : null;
}

/** Whether an error says that a strategy cannot run a case, rather than that something is broken. */
function isExpectedRefusal(error: unknown): error is Error {
  if (error instanceof KernelsError) return error.code === 'unsupported-tail' || error.code === 'too-large';
  return error instanceof BenchError && error.code === 'unsupported';
}
