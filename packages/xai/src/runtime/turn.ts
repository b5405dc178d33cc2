/** A backend on the CPU never leaves the thread: an abort or a repaint gets its turn at least this often. */
const LONGEST_BLOCK_MS = 100;

let yielded = 0;

/** Lets timers, signals and the page have their turn, where the last one is long enough ago. */
export async function takeTurns(): Promise<void> {
  if (performance.now() - yielded < LONGEST_BLOCK_MS) return;
  await new Promise((resolve) => setTimeout(resolve));
  yielded = performance.now();
}
