import type { Modules } from './import-circles.ts';

/**
 * Where `tf.LayersModel` and `tf.layers` are known, by package: models are built, trained, loaded and saved there. All else
 * works on networks as graphs, so that networks of another kind need no other explainers. Ends in a slash for a folder.
 */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'packages/model': [
    'src/layers/',
    'src/layers-of-our-own/',
    'src/files/',
    'src/networks/',
    'src/training/',
    'src/evaluation/',
    'src/embedded/',
    'src/network/network-of.ts',
  ],
  // Cases build their networks.
  'packages/bench': ['src/cases/', 'src/end-to-end/end-to-end-case.ts'],
};

/** Returns the uses of TensorFlow.js's layers beyond the doors of a package, each as a line for a terminal. */
export function layersUses(
  within: string,
  modules: Modules,
  doors: readonly string[] = DOORS[within] ?? [],
): string[] {
  return [...modules].flatMap(([path, { layersLines }]) => {
    if (doors.some((door) => (door.endsWith('/') ? path.startsWith(door) : path === door))) return [];
    return layersLines.map(
      (line) =>
        `${within}/${path}:${line}: names tf.LayersModel or tf.layers, which only doors know; take a Network`,
    );
  });
}
