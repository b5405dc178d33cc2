import { FUZZ_LONGEST_MS } from '../testing/fuzz.ts';
import { FuzzProcess, MOST_BYTES } from './fuzz-process.ts';

/** A kind of file, and where the subject is that reads it. */
export interface FuzzKind {
  readonly name: string;
  /** Of the package. */
  readonly folder: string;
  readonly entry: string;
}

export interface KindResult {
  readonly kind: FuzzKind;
  readonly read: number;
  readonly refused: number;
  readonly faults: readonly string[];
  readonly slowestMs: number;
  readonly peakBytes: number;
}

/** Damages one kind of file, `mutations` times from the seed `from` on, in a process of its own. */
export async function fuzzKind(kind: FuzzKind, mutations: number, from: number): Promise<KindResult> {
  let [read, refused, slowestMs, peakBytes] = [0, 0, 0, 0];
  const faults: string[] = [];
  let child = await started(kind);
  try {
    for (let seed = from; seed < from + mutations; seed++) {
      if (!child.isAlive) child = await started(kind);
      const attempt = await child.try(kind.name, seed);
      slowestMs = Math.max(slowestMs, attempt.ms);
      peakBytes = Math.max(peakBytes, attempt.peakBytes);
      if (attempt.kind === 'fault') faults.push(`${kind.name}, seed ${seed}: ${attempt.text}`);
      else if (attempt.ms > FUZZ_LONGEST_MS) faults.push(`${kind.name}, seed ${seed}: ${attempt.ms} ms`);
      else if (attempt.peakBytes > MOST_BYTES) {
        faults.push(`${kind.name}, seed ${seed}: ${attempt.peakBytes} bytes of memory`);
        await child.stop();
      } else if (attempt.kind === 'read') read++;
      else refused++;
    }
    if (child.isAlive && child.printed !== '') faults.push(`${kind.name}: printed "${child.printed}"`);
  } finally {
    await child.stop();
  }
  return { kind, read, refused, faults, slowestMs, peakBytes };
}

async function started({ entry, folder }: FuzzKind): Promise<FuzzProcess> {
  const child = new FuzzProcess(entry, folder);
  await child.names;
  return child;
}
