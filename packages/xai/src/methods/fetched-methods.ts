/**
 * The methods on layers but Ablation-CAM, and those on the input, are fetched when one is asked for: a page that has one needs no other.
 * Each is asked for once: in Node an `import()` of what is there already takes 0.4 ms, as much as a Grad-CAM of a small network.
 */
export const cams = once(() => import('./cam-methods.ts'));
export const attributions = once(() => import('./attribution-methods.ts'));

/** What could not be fetched is asked for again the next time. */
function once<T>(fetch: () => Promise<T>): () => Promise<T> {
  let fetched: Promise<T> | null = null;
  return () => {
    fetched ??= fetch().catch((error: unknown) => {
      fetched = null;
      throw error;
    });
    return fetched;
  };
}
