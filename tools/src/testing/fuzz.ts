/** A kind of file that is damaged and then read. */
export interface FuzzTarget {
  readonly name: string;
  /** Reads a file of this kind with the damage of a seed; rejects where it is refused. */
  readonly read: (seed: number) => Promise<unknown>;
}

/** What a package reads: the default export of its `test/fuzz/subject.ts`, made by a function. */
export interface FuzzSubject {
  readonly targets: readonly FuzzTarget[];
  /** Something that no reading may leave more of, such as tensors. */
  readonly held?: () => number;
}

export type FuzzOutcome =
  | { readonly kind: 'read' | 'refused' }
  /** What must not happen, in words. */
  | { readonly kind: 'fault'; readonly text: string };

export interface FuzzReport {
  /** How many damaged files were read as if they were whole. */
  readonly read: number;
  readonly refused: number;
  /** With the seed that makes it happen again. */
  readonly faults: readonly string[];
}

/** What one file may take: a hang takes for ever. */
export const FUZZ_LONGEST_MS = 10_000;

/** Errors thrown on purpose, of any package. */
const TYPED = new Set(['KernelsError', 'ModelError', 'XaiError', 'BenchError', 'CliError']);

/** Reads one damaged file. It is a fault to fail other than with a typed error of one line, to leave something behind, or to print. */
export async function tryDamage(
  { held = () => 0 }: FuzzSubject,
  target: FuzzTarget,
  seed: number,
): Promise<FuzzOutcome> {
  const before = held();
  const printed: string[] = [];
  const restore = captureConsole(printed);
  let outcome: FuzzOutcome;
  try {
    await target.read(seed);
    outcome = { kind: 'read' };
  } catch (error) {
    const isTyped = error instanceof Error && TYPED.has(error.name) && !error.message.includes('\n');
    outcome = isTyped
      ? { kind: 'refused' }
      : { kind: 'fault', text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    restore();
  }
  if (outcome.kind === 'fault') return outcome;
  const left = held() - before;
  // Fewer: a reading before, which had run out of time, has ended by now.
  if (left > 0) return { kind: 'fault', text: `${left} tensors or the like are left over` };
  return printed.length === 0 ? outcome : { kind: 'fault', text: `printed: ${printed.join(' ')}` };
}

/** Damages each kind of file `mutations` times in this process, one a seed from `from` on. */
export async function fuzzHere(subject: FuzzSubject, mutations: number, from: number): Promise<FuzzReport> {
  let [read, refused] = [0, 0];
  const faults: string[] = [];
  for (const target of subject.targets) {
    for (let seed = from; seed < from + mutations; seed++) {
      const start = performance.now();
      const outcome = await tryDamage(subject, target, seed);
      const ms = performance.now() - start;
      if (outcome.kind === 'fault') faults.push(`${target.name}, seed ${seed}: ${outcome.text}`);
      // Of the time of day, of which a busy machine gives only a part.
      else if (ms > 3 * FUZZ_LONGEST_MS) faults.push(`${target.name}, seed ${seed}: ${ms.toFixed(0)} ms`);
      else if (outcome.kind === 'read') read++;
      else refused++;
    }
  }
  return { read, refused, faults };
}

/** What libraries print while something is read does not reach people; it is a fault all the same. */
function captureConsole(printed: string[]): () => void {
  const own = { ...console };
  const keep = (...args: unknown[]): void => {
    printed.push(args.map(String).join(' '));
  };
  Object.assign(console, { log: keep, info: keep, warn: keep, error: keep, debug: keep });
  return () => {
    Object.assign(console, own);
  };
}
