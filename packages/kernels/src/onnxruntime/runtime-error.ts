import { KernelsError } from '../errors.ts';

/** What ONNX Runtime says as an error of this package. */
export function runtimeError(cause: unknown): KernelsError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const isMemory = /allocat|bad_alloc|out of memory/i.test(message);
  return new KernelsError(
    isMemory ? 'out-of-memory' : 'runtime-failed',
    `ONNX Runtime failed${isMemory ? ' for want of memory' : ''}: ${message.replace(/\s+/g, ' ').trim()}`,
    { cause },
  );
}
