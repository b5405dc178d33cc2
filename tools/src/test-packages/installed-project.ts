import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../workspace.ts';

const run = promisify(execFile);

/** A folder in which npm has installed something, with a home of its own. */
export interface InstalledProject {
  readonly folder: string;
  /** Installs packages of a registry, or tarballs, as a user would. */
  install(...packages: readonly string[]): Promise<void>;
  /** Runs a program there and returns what it printed on standard output; throws with all it printed if it fails. */
  run(
    program: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    cwd?: string,
  ): Promise<string>;
  dispose(): Promise<void>;
}

/** An empty folder with an empty home: what this user has configured of npm's registry is kept, nothing else. */
export async function installedProject(): Promise<InstalledProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'ablation-cam-installed-')));
  const home = join(folder, 'home');
  await mkdir(home);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const { stdout: registry } = await run('npm', ['config', 'get', 'registry']);
  const environment = {
    ...process.env,
    HOME: home,
    USERPROFILE: home,
    XDG_CACHE_HOME: '',
    npm_config_registry: registry.trim(),
  };
  const runThere: InstalledProject['run'] = async (program, args, env, cwd = folder) => {
    const options = { cwd, env: { ...environment, ...env }, maxBuffer: 2 ** 26 };
    return (await run(program, args, options)).stdout;
  };
  return {
    folder,
    install: async (...packages) => {
      // Programs that packages would run on installing are not needed by any of these.
      await runThere('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages]);
    },
    run: runThere,
    dispose: () => rm(folder, { recursive: true }),
  };
}

/** Builds and packs packages of this workspace; returns the paths of the tarballs, in their order. */
export async function tarballs(target: string, folders: readonly string[]): Promise<string[]> {
  const made: string[] = [];
  for (const folder of folders) {
    const before = new Set(await readdir(target));
    await run('pnpm', ['pack', '--pack-destination', target], { cwd: join(REPOSITORY, folder) });
    const [tarball] = (await readdir(target)).filter((name) => !before.has(name));
    if (tarball === undefined) throw new Error(`${folder} made no tarball.`);
    made.push(join(target, tarball));
  }
  return made;
}
