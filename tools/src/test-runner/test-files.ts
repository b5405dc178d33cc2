import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestRuntime } from './results.ts';

/**
 * The test files of a package, by where they run.
 *
 * @param names only files whose path contains one of them; without any, all
 */
export async function filesByRuntime(
  packageFolder: string,
  names: readonly string[],
): Promise<Readonly<Record<TestRuntime, readonly string[]>>> {
  const files = (await testFiles(packageFolder)).filter(
    (file) => names.length === 0 || names.some((name) => file.includes(name)),
  );
  const inDeno = await denoFiles(packageFolder);
  return {
    node: files.filter((file) => !/\.(browser|alone)\.test\.ts$/.test(file)),
    browser: files.filter((file) => !/\.(node|alone)\.test\.ts$/.test(file)),
    deno: files.filter((file) => inDeno.includes(file)),
    alone: files.filter((file) => file.endsWith('.alone.test.ts')),
  };
}

/** Files whose WebGPU suites another implementation runs as well; none in a folder that is no package. */
async function denoFiles(packageFolder: string): Promise<readonly string[]> {
  const manifest = join(packageFolder, 'package.json');
  if (!existsSync(manifest)) return [];
  const { testsInDeno = [] } = JSON.parse(await readFile(manifest, 'utf8')) as {
    testsInDeno?: readonly string[];
  };
  return testsInDeno;
}

async function testFiles(packageFolder: string): Promise<string[]> {
  const entries = await readdir(join(packageFolder, 'test'), { recursive: true }).catch(() => []);
  return entries
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .sort();
}
