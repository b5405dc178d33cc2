import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseTar, type ParsedTarFileItem } from 'nanotar';
import { REPOSITORY } from './workspace.ts';

const run = promisify(execFile);
const decompress = promisify(gunzip);

export interface PackedProject {
  /** A folder with `package.json` and `node_modules`, outside the repository. */
  readonly folder: string;
  /** Runs a program there and returns what it printed on standard output. */
  run(program: string, args: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/**
 * A bare project outside the repository in which packages of this workspace are installed as a user would get them: built,
 * packed by `pnpm pack` and unpacked, with exactly the dependencies that their `package.json` declares. Those come from the
 * workspace's own installation, so that no network is needed.
 *
 * @param packages folders below `packages`, dependencies first
 */
export async function packedProject(packages: readonly string[]): Promise<PackedProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'ablation-cam-project-')));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  for (const name of packages) await install(join(REPOSITORY, 'packages', name), folder);
  return {
    folder,
    run: async (program, args) => (await run(program, args, { cwd: folder })).stdout,
    dispose: () => rm(folder, { recursive: true }),
  };
}

async function install(source: string, project: string): Promise<void> {
  await run('pnpm', ['run', 'build'], { cwd: source });
  const tarballs = join(project, 'tarballs');
  await mkdir(tarballs, { recursive: true });
  await run('pnpm', ['pack', '--pack-destination', tarballs], { cwd: source });
  const [tarball = ''] = await readdir(tarballs);
  const files = parseTar(await decompress(await readFile(join(tarballs, tarball))));
  await rm(tarballs, { recursive: true });

  const { name, ...manifest } = manifestIn(files);
  const target = join(project, 'node_modules', name);
  for (const { name: path, type, data } of files) {
    if (type !== 'file' || data === undefined) continue;
    const file = join(target, path.replace(/^package\//, ''));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, data);
  }
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    await link(dependency, source, project);
  }
}

function manifestIn(files: readonly ParsedTarFileItem[]): Manifest {
  const file = files.find(({ name }) => name === 'package/package.json');
  if (file?.data === undefined) throw new Error('the packed package has no package.json');
  return JSON.parse(new TextDecoder().decode(file.data)) as Manifest;
}

/** Gives the project the copy of a dependency that the package in the workspace sees, unless it has one. */
async function link(dependency: string, source: string, project: string): Promise<void> {
  const installed = await realpath(join(source, 'node_modules', dependency));
  const path = join(project, 'node_modules', dependency);
  await mkdir(dirname(path), { recursive: true });
  if (!existsSync(path)) await symlink(installed, path);
}

/** The compiler that checks the project's use of the packages' declarations. */
export const TYPESCRIPT = createRequire(import.meta.url).resolve('typescript/bin/tsc');
