import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../workspace.ts';

const run = promisify(execFile);

/** A package of somebody else's that comes along with one of this workspace. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says it, an SPDX expression at best. */
  readonly license: string;
  /** Programs that a package manager runs when it installs the package, by the name of the script. */
  readonly installScripts: readonly string[];
}

/** What `pnpm licenses list --json` prints, by license. */
type Listed = Readonly<
  Record<string, readonly { readonly name: string; readonly paths: readonly string[] }[]>
>;

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/** Returns everything that the dependencies of packages of this workspace bring along. @param filters of pnpm */
export async function installedPackages(filters: readonly string[]): Promise<InstalledPackage[]> {
  const args = filters.flatMap((filter) => ['--filter', filter]);
  // Megabytes where many packages are listed.
  const options = { cwd: REPOSITORY, maxBuffer: 2 ** 26 };
  const { stdout } = await run('pnpm', [...args, 'licenses', 'list', '--prod', '--json'], options);
  const listed = Object.entries(JSON.parse(stdout) as Listed);
  const found = listed.flatMap(([license, packages]) =>
    packages.flatMap(({ name, paths }) => paths.map((path) => described(name, license, path))),
  );
  return (await Promise.all(found)).sort((a, b) => a.name.localeCompare(b.name));
}

async function described(name: string, license: string, path: string): Promise<InstalledPackage> {
  const { version, scripts = {} } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly scripts?: Readonly<Record<string, string>>;
  };
  const installScripts = INSTALL_SCRIPTS.filter((script) => script in scripts);
  return { name, version, license, installScripts };
}
