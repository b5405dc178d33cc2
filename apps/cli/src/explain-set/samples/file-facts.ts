import { stat } from 'node:fs/promises';
import type { Entry } from './samples.ts';

/** Returns what tells a file from another one under its name; zeros where there is none: that is told when it is read. */
export async function factsOf(path: string): Promise<Pick<Entry, 'bytes' | 'changed'>> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return { bytes: 0, changed: 0 };
  // Who replaces a file can set the one, not the other.
  return { bytes: facts.size, changed: Math.max(facts.mtimeMs, facts.ctimeMs) };
}
