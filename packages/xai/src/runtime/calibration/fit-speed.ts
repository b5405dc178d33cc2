import { partsOf, type Work } from './estimate.ts';
import type { Speed } from './speed.ts';

/** A run that was measured. */
export interface MeasuredRun {
  /** The number of the speed that decides most of it. */
  readonly decides: keyof Speed;
  readonly work: Work;
  readonly ms: number;
}

/** Corrections go into each other; after so many rounds nothing changes that is larger than what clocks tell. */
const ROUNDS = 12;

/** The least share of a run that is ascribed to what it was made for, whatever the rest seems to take. */
const LEAST_SHARE = 0.3;

/**
 * Returns the speed at which runs take what was measured: of each run what the rest of it takes is subtracted, and what is left
 * divided by the work that the run was made for.
 *
 * @param typical where to begin
 */
export function fitSpeed(typical: Speed, runs: readonly MeasuredRun[]): Speed {
  let speed = typical;
  for (let round = 0; round < ROUNDS; round++) {
    for (const { decides, work, ms } of runs) {
      const parts = partsOf(work, speed);
      const rest = Object.values(parts).reduce((sum, part) => sum + part, -parts[decides]);
      const own = Math.max(ms - rest, LEAST_SHARE * ms);
      const slower = own / parts[decides];
      const isRate = decides === 'operations' || decides === 'bytes';
      speed = { ...speed, [decides]: isRate ? speed[decides] / slower : speed[decides] * slower };
    }
  }
  return speed;
}
