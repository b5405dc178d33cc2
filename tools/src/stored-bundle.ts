import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleToRun } from './bundle.ts';

/**
 * Bundles a command from source, which takes a moment, and returns the URL of what Node is to run. It lies in `dist` of the
 * entry's package, in a folder named for its content.
 *
 * @param entry `src/main.ts` of a package
 */
export async function storedBundle(entry: URL): Promise<URL> {
  const dist = fileURLToPath(new URL('../dist/', entry));
  const { outputFiles = [] } = await bundleToRun('node', {
    entryPoints: { main: fileURLToPath(entry) },
    outdir: dist,
    sourcemap: 'inline',
    sourcesContent: false,
    write: false,
  });
  const hash = createHash('sha256');
  for (const { contents } of outputFiles) hash.update(contents);
  const folder = join(dist, hash.digest('hex').slice(0, 16));
  // Commands may run at the same time, so the folder is filled under another name first.
  await mkdir(dist, { recursive: true });
  const scratch = await mkdtemp(`${folder}.`);
  await Promise.all(
    outputFiles.map(({ path, contents }) => writeFile(join(scratch, basename(path)), contents)),
  );
  // Fails where the folder is there already, with the same content.
  await rename(scratch, folder).catch(() => rm(scratch, { recursive: true }));
  return pathToFileURL(join(folder, 'main.js'));
}
