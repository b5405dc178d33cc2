import { KernelsError, type KernelsErrorCode } from '../errors.ts';

/** What can go wrong with GPU calls, and the error it becomes; scopes are pushed in this order and popped in the reverse. */
const SCOPES = [
  ['out-of-memory', 'out-of-memory'],
  ['validation', 'gpu-validation'],
] as const satisfies readonly (readonly [GPUErrorFilter, KernelsErrorCode])[];

/**
 * Runs synchronous GPU calls inside error scopes. `error` settles when the device has looked at them: with the first error,
 * or null when there is none.
 */
export function caughtError<T>(
  gpu: GPUDevice,
  label: string,
  run: () => T,
): { result: T; error: Promise<KernelsError | null> } {
  for (const [filter] of SCOPES) gpu.pushErrorScope(filter);
  let result: T;
  try {
    result = run();
  } catch (error) {
    popScopes(gpu, label).catch(() => undefined);
    throw error;
  }
  return { result, error: popScopes(gpu, label) };
}

async function popScopes(gpu: GPUDevice, label: string): Promise<KernelsError | null> {
  const popped = SCOPES.toReversed().map(([, code]) => ({ code, caught: gpu.popErrorScope() }));
  const errors = await Promise.all(
    popped.map(async ({ code, caught }) => {
      const error = await caught;
      return error && new KernelsError(code, `${label}: ${error.message}`, { cause: error });
    }),
  );
  return errors.find((error) => error !== null) ?? null;
}
