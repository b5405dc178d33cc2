import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import licenses from 'spdx-license-list/full.js';

/**
 * Returns the notices that the licenses of packages ask for which a bundle holds parts of: name, version and license of each, and
 * the text of its license. Empty where there are none.
 *
 * @throws Error for a package without the text of its license and without the name of a known one
 */
export async function noticesOf({ outputs }: Metafile): Promise<string> {
  const used = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const byFolder = new Map<string, string[]>();
  for (const path of used) {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
    if (folder !== undefined) byFolder.set(folder, [...(byFolder.get(folder) ?? []), path]);
  }
  const notices = await Promise.all([...byFolder].map(([folder, files]) => noticeOf(resolve(folder), files)));
  return notices.sort().join('\n');
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly author?: string | { readonly name: string };
}

/** @param used what of the package is in the bundle */
async function noticeOf(folder: string, used: readonly string[]): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    file === undefined ? await knownText(manifest, used) : await readFile(join(folder, file), 'utf8');
  return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text.trim()}\n`;
}

/** Who holds the rights, as the files say or else the manifest, and the texts of the licenses that the manifest names. */
async function knownText({ name, license, author }: Manifest, used: readonly string[]): Promise<string> {
  const heads = await Promise.all(used.map((path) => readFile(path, 'utf8')));
  const said = new Set(heads.flatMap((text) => /Copyright [^\n]*/.exec(text)?.[0] ?? []));
  const holder = typeof author === 'object' ? author.name : author;
  const holders = said.size > 0 ? [...said].sort() : holder === undefined ? [] : [`Copyright ${holder}`];
  const texts = license
    .split(/[()\s]+|AND/)
    .filter(Boolean)
    .map((id) => licenses[id]?.licenseText);
  if (holders.length === 0 || texts.length === 0 || texts.includes(undefined)) {
    throw new Error(`${name} has no file with its license, and does not say whose it is; leave it outside.`);
  }
  return [holders.join('\n'), ...texts].join('\n\n');
}
