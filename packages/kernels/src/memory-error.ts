import { KernelsError } from './errors.ts';

/**
 * Returns what a library or JavaScript itself throws where there is no memory as a KernelsError `out-of-memory`, also where it is
 * the cause of another error; null for everything else.
 */
export function memoryError(error: unknown): KernelsError | null {
  if (isTrap(error)) return new KernelsError('out-of-memory', DISORDER, { cause: error });
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof KernelsError && cause.code === 'out-of-memory') return cause;
    if (isFailedAllocation(cause)) {
      const message = `There is not enough memory (${cause.message.replace(/\.$/, '')}): ${REMEDY}`;
      return new KernelsError('out-of-memory', message, { cause: error });
    }
  }
  return null;
}

/**
 * Whether WebAssembly stopped on the way, as TensorFlow.js's backend does where it gets no more memory: it writes to addresses that
 * it did not get, and nothing that it holds can be trusted afterwards.
 */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError || (error instanceof Error && isTrap(error.cause));
}

/** What engines say: "Array buffer allocation failed", "Invalid array length", "WebAssembly.Memory.grow(): ...". */
function isFailedAllocation({ name, message }: Error): boolean {
  return name === 'RangeError' && /alloc|memory|array length|too large for the implementation/i.test(message);
}

const REMEDY =
  'take fewer inputs at a time, a smaller input or model or a later layer, or close other programs.';

const DISORDER =
  'WebAssembly ran out of memory, and nothing that TensorFlow.js holds there can be trusted any more: start the program or page ' +
  'again, with fewer inputs at a time, a smaller input or model, or a later layer.';
