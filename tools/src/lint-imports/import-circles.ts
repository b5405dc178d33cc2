import type { SourceModule } from './source-module.ts';

/** The files of a package by their path in it. */
export type Modules = ReadonlyMap<string, SourceModule>;

/**
 * Returns the circles among the imports: for each import that leads back to its file the shortest way, and of each circle
 * one, beginning and ending with the file that comes first.
 */
export function importCircles(modules: Modules): string[][] {
  const circles = new Map<string, string[]>();
  for (const start of [...modules.keys()].sort()) {
    const way = shortestWayBack(modules, start);
    const key = way && [...way].sort().join(' ');
    if (key && !circles.has(key)) circles.set(key, [...way, start]);
  }
  return [...circles.values()];
}

/** The files from `start` until one that imports it, breadth first; null where none leads back. */
function shortestWayBack(modules: Modules, start: string): string[] | null {
  const ways: string[][] = [[start]];
  const seen = new Set([start]);
  for (const way of ways) {
    for (const next of modules.get(way.at(-1) ?? '')?.imports ?? []) {
      if (next === start) return way;
      if (seen.has(next) || !modules.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return null;
}
