import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';

/**
 * Returns the notices that the licenses of packages ask for which a bundle holds parts of: name, version and license of each, and
 * the text of its license. Empty where there are none.
 *
 * @throws Error for a package without the text of its license
 */
export async function noticesOf({ outputs }: Metafile): Promise<string> {
  const used = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = new Set(used.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const notices = await Promise.all([...folders].map((folder) => noticeOf(resolve(folder))));
  return notices.sort().join('\n');
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as Record<string, string>;
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${String(name)} has no file with its license; leave it outside.`);
  const text = await readFile(join(folder, file), 'utf8');
  return `${String(name)} ${String(version)} (${String(license)})\n\n${text.trim()}\n`;
}
