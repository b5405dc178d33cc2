import { KernelsError } from '@ablation-cam/kernels';
import { BenchError } from '../errors.ts';

/** Whether an error says that a strategy cannot run a case, rather than that something is broken. */
export function isExpectedRefusal(error: unknown): error is Error {
  if (error instanceof KernelsError) return error.code === 'unsupported-tail' || error.code === 'too-large';
  return error instanceof BenchError && error.code === 'unsupported';
}
