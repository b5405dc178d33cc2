import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliDecompress, createBrotliDecompress } from 'node:zlib';
import { parseTar } from 'nanotar';
import { cacheFolder } from './cache-folder.ts';

/** The archives inside `@sparticuz/chromium` that something here needs. */
export type ChromiumPart = 'swiftshader' | 'chromium' | 'al2023' | 'fonts';

/** A fontconfig configuration for the folder `fonts` beside it: without a font, text in the browser has no size. */
const FONTS_BESIDE = `<?xml version="1.0"?>
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

const decompress = promisify(brotliDecompress);

/**
 * Unpacks parts of the npm package `@sparticuz/chromium` side by side into one folder and returns that folder.
 *
 * The folder is per user and per package version and is filled once: parts are unpacked beside it under a
 * temporary name and then renamed into place, so that any number of processes may ask at the same time.
 * The package's own `executablePath()` unpacks to fixed names in the shared temporary folder, where two
 * processes overwrite each other's files and any user may have put something first.
 *
 * @param packageEntry any path inside the installed package, as `require.resolve` gives it
 */
export async function unpackChromiumPackage(
  packageEntry: string,
  parts: readonly ChromiumPart[],
): Promise<string> {
  const root = await packageRoot(packageEntry);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const cache = await cacheFolder();
  const target = join(cache, ['chromium', version, ...parts].join('-'));
  if (await exists(target)) return target;

  const scratch = await mkdtemp(`${target}.`);
  try {
    await Promise.all(parts.map((part) => unpackPart(join(root, 'bin'), part, scratch)));
    await rename(scratch, target);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    // Another process that renamed first has done the same work.
    if (!(await exists(target))) throw error;
  }
  return target;
}

async function unpackPart(bin: string, part: ChromiumPart, folder: string): Promise<void> {
  if (part === 'chromium') {
    await pipeline(
      createReadStream(join(bin, 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(join(folder, 'chromium'), { mode: 0o700 }),
    );
    return;
  }
  const archive = await decompress(await readFile(join(bin, `${part}.tar.br`)));
  for (const { name, type, data } of parseTar(archive)) {
    if (type !== 'file' || data === undefined) continue;
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    // The package's own configuration looks for fonts in fixed folders of the system.
    await writeFile(path, name === 'fonts.conf' ? FONTS_BESIDE : data);
  }
}

async function packageRoot(entry: string): Promise<string> {
  let folder = dirname(entry);
  while (!(await exists(join(folder, 'bin', 'swiftshader.tar.br')))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no bin/swiftshader.tar.br in any folder above ${entry}`);
    folder = parent;
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
