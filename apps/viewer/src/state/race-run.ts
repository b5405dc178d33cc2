import type { ViewerState } from './state.ts';

/** The number of the last race, 0 before the first. */
export function raceRun({ race }: ViewerState): number {
  return race.status === 'idle' ? 0 : race.run;
}
