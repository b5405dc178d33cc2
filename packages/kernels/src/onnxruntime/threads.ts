import { KernelsError } from '../errors.ts';

let chosen: number | null = null;

/**
 * Sets how many threads ONNX Runtime has for an operation, in everything that is prepared from now on.
 *
 * @param count null for as many as there are physical cores, which is where it begins
 * @throws KernelsError `invalid-input` for what is no whole number from 1
 */
export function useThreads(count: number | null): void {
  if (count !== null && !(Number.isInteger(count) && count >= 1)) {
    throw new KernelsError('invalid-input', `Threads are counted from 1; got ${String(count)}.`);
  }
  chosen = count;
}

/** What was set; undefined leaves it to the library. */
export function threadsInUse(): number | undefined {
  return chosen ?? undefined;
}
