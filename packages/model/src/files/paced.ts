/** Waits between two parts of the work, and may end it by an error of its own. */
export type Turn = () => Promise<void>;

/** Whoever else runs on this thread waits no longer than that, and so does whoever ends the work. */
const EVERY_MS = 50;

/** The same for parts that may be short: waits only where there was no turn for a while. */
export function paced(turn: Turn): Turn {
  let next = performance.now() + EVERY_MS;
  return async () => {
    if (performance.now() < next) return;
    await turn();
    next = performance.now() + EVERY_MS;
  };
}
