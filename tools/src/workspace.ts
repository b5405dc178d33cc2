import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this repository, without a slash at the end. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** The folders of all packages of the workspace. */
export async function packageFolders(): Promise<string[]> {
  const groups = await Promise.all(
    ['packages', 'apps'].map(async (group) =>
      (await readdir(join(REPOSITORY, group))).sort().map((name) => join(REPOSITORY, group, name)),
    ),
  );
  const folders = [...groups.flat(), join(REPOSITORY, 'tools')];
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, 'package.json')).then(
        () => [folder],
        () => [],
      ),
    ),
  );
  return found.flat();
}
