import { createHash } from 'node:crypto';

/**
 * What an object store does to a request: breaks the connection before it reads it, or behind what it has done; cuts what it sends short;
 * says that it is at fault, busy, or at the object for somebody else; takes its time.
 */
export const STORE_FAULTS = ['drop', 'lost', 'cut', 'error', 'busy', 'conflict', 'slow'] as const;
export type StoreFault = (typeof STORE_FAULTS)[number];

/** Faults of one request in a row: fewer than it is repeated. */
const MOST_IN_A_ROW = 4;

/**
 * Returns faults that hang on a seed and the request alone, not on when it comes.
 *
 * @param share of the requests that have one
 * @param onFault called with each
 */
export function storeFaults(
  seed: number,
  share: number,
  onFault: (fault: StoreFault) => void = () => undefined,
): (method: string, name: string, before: number) => StoreFault | null {
  return (method, name, before) => {
    if (before % (MOST_IN_A_ROW + 1) === MOST_IN_A_ROW) return null;
    const digest = createHash('sha256').update(`${seed} ${method} ${name} ${before}`).digest();
    if (digest.readUInt32LE(0) / 2 ** 32 >= share) return null;
    const fault = STORE_FAULTS[digest.readUInt32LE(4) % STORE_FAULTS.length]!;
    // Only a conditional write is in somebody's way, and only what is sent can be cut.
    const isMeant = (fault !== 'conflict' || method === 'PUT') && (fault !== 'cut' || method === 'GET');
    if (!isMeant) return null;
    onFault(fault);
    return fault;
  };
}
