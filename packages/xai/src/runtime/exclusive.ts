let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `work` once everything passed in before has ended. TensorFlow.js has one current backend for the whole program:
 * two explanations side by side would take it from each other.
 */
export function exclusive<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work, work);
  last = result.catch(() => undefined);
  return result;
}
