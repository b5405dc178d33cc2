import type { AdapterModel } from './adapter-model.ts';
import type { DispatchCount } from './count-launches.ts';

/** What a dispatch takes longest for. */
export type Bound = 'launch' | 'bandwidth' | 'arithmetic' | 'latency';

export interface Estimate {
  readonly ms: number;
  readonly bound: Bound;
}

/**
 * Estimates a dispatch: its launch, then the longest of moving every byte once over the cores that have workgroups, computing on
 * the lanes that have threads, and the loops of its longest thread.
 *
 * Source: Williams et al. 2009, "Roofline: an insightful visual performance model", with the ceiling of too few threads.
 */
export function estimateDispatch(count: DispatchCount, model: AdapterModel): Estimate {
  const { usefulThreads, workgroups, operations, readBytes, writtenBytes, turns } = count;
  const busyCores = Math.min(1, workgroups / model.cores);
  const filled = Math.min(busyCores, usefulThreads / model.lanes);
  const parts: readonly (readonly [Bound, number])[] = [
    ['launch', model.launchMicroseconds / 1e3],
    ['bandwidth', (readBytes + writtenBytes) / (model.gigabytesPerSecond * 1e6 * busyCores)],
    ['arithmetic', operations / (model.gigaflops * 1e6 * filled)],
    ['latency', (turns * model.turnNanoseconds) / 1e6],
  ];
  const [launch, ...others] = parts.map(([, ms]) => ms);
  const [bound] = parts.reduce((most, part) => (part[1] > most[1] ? part : most));
  return { ms: (launch ?? 0) + Math.max(...others), bound };
}
