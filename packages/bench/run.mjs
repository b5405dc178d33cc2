// Bundles the commands from source, which takes a moment, and runs the one that was asked for.
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';

const { bundleToRun } = await tsImport('@ablation-cam/tools/bundle', import.meta.url);

const { outputFiles } = await bundleToRun('node', {
  entryPoints: [fileURLToPath(new URL('src/main.ts', import.meta.url))],
  outdir: fileURLToPath(new URL('dist', import.meta.url)),
  sourcemap: 'inline',
  sourcesContent: false,
  write: false,
});

process.setSourceMapsEnabled(true);
await import(pathToFileURL(join(await stored(outputFiles), 'main.js')).href);

/**
 * Writes the files into a folder named for their content and returns it. Commands may run at the same time, so the folder is
 * filled under another name first.
 */
async function stored(files) {
  const hash = createHash('sha256');
  for (const { contents } of files) hash.update(contents);
  const parent = fileURLToPath(new URL('dist/', import.meta.url));
  const folder = join(parent, hash.digest('hex').slice(0, 16));
  await mkdir(parent, { recursive: true });
  const scratch = await mkdtemp(`${folder}.`);
  await Promise.all(files.map(({ path, contents }) => writeFile(join(scratch, basename(path)), contents)));
  // Fails where the folder is there already, with the same content.
  await rename(scratch, folder).catch(() => rm(scratch, { recursive: true }));
  return folder;
}
