/** How long the thread sleeps between two looks at what it waits for, in milliseconds. */
const NAP_MS = 0.2;
/** Short work is over before sleeping pays: it would be noticed a nap late. */
const AWAKE_MS = 0.8;

const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * The same promise; while it is pending for long this thread sleeps most of the time.
 *
 * Dawn looks for finished work in every turn of the event loop, which then never rests: where a CPU plays the GPU, on two
 * cores, that takes one of them from the work that is waited for (1,000 MNIST-1D inputs: 0.16 s instead of 0.40 s).
 */
export function waitGently<T>(promise: Promise<T>): Promise<T> {
  let isPending = true;
  const awakeUntil = performance.now() + AWAKE_MS;
  const nap = (): void => {
    if (!isPending) return;
    if (performance.now() > awakeUntil) Atomics.wait(cell, 0, 0, NAP_MS);
    setImmediate(nap);
  };
  setImmediate(nap);
  return promise.finally(() => {
    isPending = false;
  });
}
