/** The result of the first call for everybody; a failure is forgotten, so that the next call tries again. */
export function memoizePromise<T>(make: () => Promise<T>): () => Promise<T> {
  let promise: Promise<T> | undefined;
  return () =>
    (promise ??= make().catch((error: unknown) => {
      promise = undefined;
      throw error;
    }));
}
