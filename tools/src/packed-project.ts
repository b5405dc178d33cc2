import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseTar } from 'nanotar';
import { REPOSITORY } from './workspace.ts';

const run = promisify(execFile);
const decompress = promisify(gunzip);

/** What `pnpm publish` would send to a registry. */
export interface PackedPackage {
  readonly manifest: Manifest;
  /** By path below the package's folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The package in this workspace. */
  readonly source: string;
}

/** A package.json, as far as it matters here. */
export interface Manifest {
  readonly name: string;
  readonly exports?: unknown;
  readonly imports?: unknown;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export interface BareProject {
  /** A folder with `package.json` and `node_modules`, outside the repository. */
  readonly folder: string;
  /** Writes a file there. */
  write(name: string, text: string): Promise<void>;
  /** Runs a program there and returns what it printed on standard output; throws with all it printed if it fails. */
  run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  dispose(): Promise<void>;
}

/** The libraries that are published. */
export const LIBRARIES = ['packages/kernels', 'packages/model', 'packages/xai'];

/** Builds and packs packages of this workspace as they would be published. @param folders from the repository's root */
export function packPackages(folders: readonly string[]): Promise<PackedPackage[]> {
  return Promise.all(folders.map((folder) => pack(join(REPOSITORY, folder))));
}

async function pack(source: string): Promise<PackedPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-packed-'));
  try {
    // Its script `prepack` builds the package.
    await run('pnpm', ['pack', '--pack-destination', folder], { cwd: source });
    const [tarball = ''] = await readdir(folder);
    const items = parseTar(await decompress(await readFile(join(folder, tarball))));
    const files = new Map(
      items.flatMap(({ name, type, data }) =>
        // An empty file has no data.
        type === 'file' ? [[name.replace(/^package\//, ''), data ?? new Uint8Array()]] : [],
      ),
    );
    const text = new TextDecoder().decode(files.get('package.json'));
    return { manifest: JSON.parse(text) as Manifest, files, source };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * A bare project outside the repository in which packed packages are installed as a user would get them: unpacked, with
 * exactly the dependencies that their `package.json` declares. Those come from the workspace's own installation, so that no
 * network is needed.
 *
 * @param without dependencies that shall be missing
 */
export async function bareProject(
  packages: readonly PackedPackage[],
  without: readonly string[] = [],
): Promise<BareProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'ablation-cam-project-')));
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await write('package.json', JSON.stringify({ private: true, type: 'module' }));
  for (const packed of packages) await unpack(packed, join(folder, 'node_modules'));
  for (const packed of packages) await linkDependencies(packed, join(folder, 'node_modules'), without);
  return {
    folder,
    write,
    run: async (program, args, env) => {
      const options = { cwd: folder, env: { ...process.env, ...env } };
      return (await run(program, args, options)).stdout;
    },
    dispose: () => rm(folder, { recursive: true }),
  };
}

async function unpack({ manifest, files }: PackedPackage, modules: string): Promise<void> {
  for (const [path, data] of files) {
    const file = join(modules, manifest.name, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, data);
  }
}

/** Gives the project the copies of dependencies that the package in the workspace sees, unless it has them. */
async function linkDependencies(
  { manifest, source }: PackedPackage,
  modules: string,
  without: readonly string[],
): Promise<void> {
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const path = join(modules, name);
    if (without.includes(name) || existsSync(path)) continue;
    await mkdir(dirname(path), { recursive: true });
    await symlink(await realpath(join(source, 'node_modules', name)), path);
  }
}

/** The compiler that checks the project's use of the packages' declarations. */
export const TYPESCRIPT = createRequire(import.meta.url).resolve('typescript/bin/tsc');
