/** What an abort may wait for: a pass through the network or a dispatch that has begun, and for everything to be put back. */
const GRACE_MS = 800;

/**
 * Returns `work`, which looks at the signal itself between its pieces; where a piece takes longer than an abort should, the
 * promise is rejected with the signal's reason, and the work ends by itself at the end of its piece.
 */
export function endingSoon<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onAbort = (): void => {
      timer = setTimeout(() => {
        reject(signal.reason as Error);
      }, GRACE_MS);
    };
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(settle);
  });
}
