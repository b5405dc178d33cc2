import type { Modules } from './import-circles.ts';

/**
 * Returns the exported types that have a namesake in another package, each as a line for a terminal: who reads one name in two
 * packages takes it for one thing.
 *
 * @param packages by their folder
 */
export function typeNamesakes(packages: ReadonlyMap<string, Modules>): string[] {
  const homes = new Map<string, Map<string, string>>();
  for (const [within, modules] of packages) {
    for (const [path, { types }] of modules) {
      for (const name of types) {
        const found = homes.get(name) ?? new Map<string, string>();
        homes.set(name, found.set(within, `${within}/${path}`));
      }
    }
  }
  return [...homes]
    .filter(([, found]) => found.size > 1)
    .map(([name, found]) => `${[...found.values()].join(' and ')}: export a type ${name} each; rename one`);
}
