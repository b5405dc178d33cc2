import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Test } from 'uvu';

/**
 * A test on the reference material that lies in the directory `shared` beside the repository (or where
 * ABLATION_CAM_SHARED says). It is not part of the repository: where `path` is absent the test is skipped by name.
 */
export function testWithShared(
  test: Test,
  name: string,
  path: string,
  body: (path: string) => Promise<void>,
): void {
  const found = join(sharedFolder(), path);
  if (existsSync(found)) {
    test(name, () => body(found));
    return;
  }
  console.log(`skipped: ${name} (no ${path} in the shared reference material)`);
  test.skip(name);
}

function sharedFolder(): string {
  const given = process.env['ABLATION_CAM_SHARED'];
  return given ?? join(dirname(repositoryRoot(process.cwd())), 'shared');
}

function repositoryRoot(folder: string): string {
  const isRoot = existsSync(join(folder, 'pnpm-workspace.yaml')) || dirname(folder) === folder;
  return isRoot ? folder : repositoryRoot(dirname(folder));
}
