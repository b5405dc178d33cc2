import { posix } from 'node:path';
import type { MarkdownPage } from './markdown.ts';

/**
 * Returns the links between pages, and from pages to other files of the repository, that lead nowhere, each as a line for a
 * terminal. Addresses elsewhere are not looked at.
 *
 * @param pages by path in the repository
 * @param exists whether the repository has a file or folder, by path
 */
export function brokenLinks(
  pages: ReadonlyMap<string, Pick<MarkdownPage, 'anchors' | 'links'>>,
  exists: (path: string) => boolean,
): string[] {
  const problems: string[] = [];
  for (const [path, { links }] of pages) {
    for (const { target, line } of links) {
      if (isElsewhere(target)) continue;
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : posix.join(posix.dirname(path), file);
      const where = `${path}:${line}: `;
      if (!exists(to)) problems.push(`${where}there is no ${to}`);
      else if (anchor !== undefined && pages.get(to)?.anchors.includes(anchor) !== true) {
        problems.push(`${where}${to} has no heading #${anchor}`);
      }
    }
  }
  return problems;
}

/** An address with a scheme, or of another host. */
export function isElsewhere(target: string): boolean {
  return /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target);
}

/** The pages that no page leads to, other than `roots`. */
export function unreachablePages(
  pages: ReadonlyMap<string, Pick<MarkdownPage, 'links'>>,
  roots: readonly string[],
): string[] {
  const reached = new Set<string>();
  const open = [...roots];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    for (const { target } of pages.get(path)?.links ?? []) {
      if (isElsewhere(target)) continue;
      const to = posix.join(posix.dirname(path), target.split('#')[0] ?? '');
      if (pages.has(to)) open.push(to);
    }
  }
  return [...pages.keys()].filter((path) => !reached.has(path));
}
