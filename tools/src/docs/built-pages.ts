import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';

/** Returns the pages of a folder of HTML, by path with slashes. */
export async function readBuilt(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll('\\', '/'));
  const pages = names.filter((name) => name.endsWith('.html')).sort();
  return new Map(
    await Promise.all(pages.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}

/**
 * Makes links to the site's own address relative, so that it works wherever its folder lies.
 *
 * @param site address with a slash at the end
 */
export async function makeRelative(folder: string, site: string): Promise<void> {
  for (const [path, html] of await readBuilt(folder)) {
    const root = '../'.repeat(path.split('/').length - 1) || './';
    const relative = html.replaceAll(`href="${site}`, `href="${root}`);
    if (relative !== html) await writeFile(join(folder, path), relative);
  }
}

/** The links within a built site that lead to no file, or to no element of a page, each as a line for a terminal. */
export function brokenBuiltLinks(
  pages: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): string[] {
  const ids = new Map<string, Set<string>>();
  for (const [path, html] of pages) {
    ids.set(path, new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => decoded(id))));
  }
  const problems = new Set<string>();
  for (const [path, html] of pages) {
    for (const [, link = ''] of html.matchAll(/<(?:a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g)) {
      const target = decoded(link);
      if (target === '' || /^([a-z]+:|\/\/)/i.test(target)) continue;
      const [file = '', anchor = ''] = target.split('#');
      const named = file === '' ? path : posix.join(posix.dirname(path), file.split('?')[0] ?? '');
      const to = named.endsWith('/') || named === '.' ? posix.join(named, 'index.html') : named;
      if (!pages.has(to) && !exists(to)) problems.add(`${path}: there is no ${to}`);
      else if (anchor !== '' && ids.get(to)?.has(anchor) !== true) {
        problems.add(`${path}: ${to} has no element "${anchor}"`);
      }
    }
  }
  return [...problems];
}

function decoded(text: string): string {
  return decodeURIComponent(
    text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#x27;', "'"),
  );
}
