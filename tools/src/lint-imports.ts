import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { importCircles, type Modules } from './lint-imports/import-circles.ts';
import { importsUpwards } from './lint-imports/floors.ts';
import { layersUses } from './lint-imports/layers-doors.ts';
import { typeNamesakes } from './lint-imports/type-names.ts';
import { readModule, type SourceModule } from './lint-imports/source-module.ts';
import { packageFolders, REPOSITORY } from './workspace.ts';

/**
 * The command `pnpm lint:imports`: no file of a package imports itself by way of others, only the doors know TensorFlow.js's
 * layers, folders that stand on others are not imported by them, and no two packages export types of one name.
 */
export async function lintImports(): Promise<void> {
  const problems: string[] = [];
  const packages = new Map<string, Modules>();
  for (const folder of await packageFolders()) {
    const modules = await modulesOf(folder);
    const within = folder.slice(REPOSITORY.length + 1).replaceAll('\\', '/');
    packages.set(within, modules);
    for (const circle of importCircles(modules)) {
      problems.push(`${within}: ${circle.join(' -> ')}: an import leads back to its own file`);
    }
    problems.push(...layersUses(within, modules), ...importsUpwards(within, modules));
  }
  problems.push(...typeNamesakes(packages));
  const files = [...packages.values()].reduce((sum, modules) => sum + modules.size, 0);
  for (const problem of problems) console.error(problem);
  console.log(`${files} files, ${problems.length} problems with imports`);
  if (problems.length > 0) process.exitCode = 1;
}

/** The sources of a package by their path in it, with slashes. */
async function modulesOf(folder: string): Promise<Modules> {
  const names = await readdir(join(folder, 'src'), { recursive: true }).catch(() => []);
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { imports?: unknown };
  const modules = new Map<string, SourceModule>();
  for (const name of names.filter((path) => /\.tsx?$/.test(path)).sort()) {
    const path = `src/${name.replaceAll('\\', '/')}`;
    modules.set(path, readModule(path, await readFile(join(folder, path), 'utf8'), manifest.imports));
  }
  return modules;
}
