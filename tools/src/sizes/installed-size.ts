import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Manifest, PackedPackage } from '../packed-project.ts';

/** TensorFlow.js, its backends and what they bring along are there already, or have their own weight. */
const NOT_COUNTED = '@tensorflow/';

/**
 * Returns the bytes of files that installing a packed package puts on a disk with all that it needs, by package: optional packages
 * and TensorFlow.js are not among them.
 *
 * @param packed that and the packages of this workspace which it needs
 * @throws Error for a dependency that is not installed here
 */
export async function installedSizes(
  name: string,
  packed: readonly PackedPackage[],
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  /** @param from the folder of the package that asks */
  const visit = async (dependency: string, from: string): Promise<void> => {
    if (sizes.has(dependency) || dependency.startsWith(NOT_COUNTED)) return;
    const own = packed.find(({ manifest }) => manifest.name === dependency);
    if (own) {
      sizes.set(dependency, sum([...own.files.values()].map(({ byteLength }) => byteLength)));
      for (const next of required(own.manifest)) await visit(next, own.source);
      return;
    }
    const folder = await installedAt(dependency, from);
    sizes.set(dependency, await bytesIn(folder));
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
    for (const next of required(manifest)) await visit(next, folder);
  };
  await visit(name, '');
  return sizes;
}

/** What has to be installed, too. */
function required({ dependencies, peerDependencies, peerDependenciesMeta }: Manifest): string[] {
  const peers = Object.keys(peerDependencies ?? {});
  return [
    ...Object.keys(dependencies ?? {}),
    ...peers.filter((peer) => peerDependenciesMeta?.[peer]?.optional !== true),
  ];
}

/** The folder of a package as Node finds it. */
async function installedAt(name: string, from: string): Promise<string> {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const found = await realpath(join(folder, 'node_modules', name)).catch(() => null);
    if (found !== null) return found;
  }
  throw new Error(`${name} is not installed where ${from} finds it; run \`pnpm install\`.`);
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return sum(
    await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size)),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
