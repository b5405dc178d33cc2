import { MOMENT_MS } from './schedule.ts';

/**
 * Runs `run` once where it takes long; otherwise as often as fills a moment, after one run that does not count: what another
 * strategy left in the caches, or a garbage collection, would be most of its time.
 *
 * @param expectedMs about how long a run takes
 * @returns what each run that counts gave, with the time it took
 */
export async function fillMoment<T>(
  expectedMs: number,
  run: () => Promise<T>,
): Promise<{ readonly ms: number; readonly value: T }[]> {
  if (expectedMs < MOMENT_MS) await run();
  const runs: { ms: number; value: T }[] = [];
  const end = performance.now() + MOMENT_MS;
  do {
    const start = performance.now();
    const value = await run();
    runs.push({ ms: performance.now() - start, value });
  } while (performance.now() < end);
  return runs;
}

/** Timers and signals have their turn: WASM never leaves the thread. */
export async function otherWork(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}
