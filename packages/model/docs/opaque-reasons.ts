import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a call that refuses an operation begins with, and a text as TypeScript writes it. */
const CALL = /\b(?:new NoRule|noRule)\(\s*(['"`])/g;

/**
 * Returns why operations with a rule are left without one in single networks, by the file of the rules: the texts that the rules give.
 *
 * @param folder of rules, in `src`
 */
export async function opaqueReasons(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const path = fileURLToPath(new URL(`../src/${folder}`, import.meta.url));
  const names = (await readdir(path)).filter((name) => name.endsWith('.ts')).sort();
  const reasons = new Map<string, readonly string[]>();
  for (const name of names) {
    const found = reasonsIn(await readFile(join(path, name), 'utf8'));
    if (found.length > 0) reasons.set(name.replace(/\.ts$/, ''), found);
  }
  return reasons;
}

/** Texts in calls, each once; what stands in their place when they run is an ellipsis. */
export function reasonsIn(source: string): string[] {
  const found = [...source.matchAll(CALL)].map(({ index, 0: call, 1: quote = '' }) => {
    const start = index + call.length;
    const end = source.indexOf(quote, start);
    return source
      .slice(start, end)
      .replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
      .replaceAll('"…"', '…')
      .replaceAll('[…]', '…');
  });
  return [...new Set(found)];
}
