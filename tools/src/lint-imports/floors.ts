import type { Modules } from './import-circles.ts';

/**
 * Folders of a package's `src` from the ground up: a file imports from its own folder and from lower floors. What stands in no
 * floor may be imported by all and import all.
 */
const FLOORS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'packages/kernels': [
    ['tail', 'device'],
    ['operations'],
    ['graph', 'plan', 'ablation'],
    ['lowering', 'reference', 'webgpu'],
    ['programs'],
    ['onnxruntime'],
  ],
};

/** Returns the imports of a package that lead up or across, each as a line for a terminal. Types may. */
export function importsUpwards(within: string, modules: Modules, floors = FLOORS[within] ?? []): string[] {
  const floorOf = (path: string): number => floors.findIndex((floor) => floor.includes(folderOf(path)));
  return [...modules].flatMap(([path, { imports }]) => {
    const own = floorOf(path);
    const upwards = imports.filter((to) => folderOf(to) !== folderOf(path) && floorOf(to) >= own);
    if (own < 0) return [];
    return upwards.map(
      (to) =>
        `${within}/${path}: imports ${to}, which does not lie below ${folderOf(path)}; move what both need down`,
    );
  });
}

/** The folder of `src` that a file lies in. */
function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}
