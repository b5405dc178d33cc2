import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { REPOSITORY } from '../workspace.ts';
import { isElsewhere } from './broken-links.ts';
import type { DocumentPage } from './pages.ts';

/** What the site's navigation shows: the headings and links of `docs/README.md`. */
export interface Section {
  readonly title: string;
  /** Pages by path in the repository. */
  readonly pages: readonly string[];
  /** Its part of the page. */
  readonly text: string;
}

const CONTENTS = 'docs/README.md';
const FRONT = 'README.md';

/** @throws Error where a section leads to something that is no page */
export function sectionsOf(pages: ReadonlyMap<string, DocumentPage>): Section[] {
  const text = pages.get(CONTENTS)?.text ?? '';
  const [, ...parts] = text.split(/^## /m);
  return parts.map((part) => {
    const [title = '', ...lines] = part.split('\n');
    const paths = [...part.matchAll(/\]\(([^)#]+)/g)].map(([, target = '']) => posix.join('docs', target));
    const missing = paths.filter((path) => !pages.has(path));
    if (missing.length > 0) throw new Error(`${CONTENTS} leads to ${missing.join(', ')}, which is no page.`);
    return { title, pages: paths, text: lines.join('\n').trim() };
  });
}

/**
 * Writes the pages of the site into `folder`, in the layout of the repository: with titles for TypeDoc, and with links to what is no
 * page leading to the repository on the web. Returns the files of the sections, which name their pages as children.
 *
 * @param repository address on the web, without a slash at the end
 */
export async function assemblePages(
  pages: ReadonlyMap<string, DocumentPage>,
  folder: string,
  repository: string,
): Promise<string[]> {
  const sections = sectionsOf(pages);
  const shown = new Set([FRONT, ...sections.flatMap((section) => section.pages)]);
  for (const path of shown) {
    const page = pages.get(path);
    if (!page) throw new Error(`There is no page ${path}.`);
    const { text, files } = await relinked(page, shown, repository);
    await writeInto(folder, path, path === FRONT ? text : titled(page.title, text));
    for (const file of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await copyFile(join(REPOSITORY, file), join(folder, file));
    }
  }
  const indexes = sections.map(async ({ title, pages: children, text }) => {
    const path = posix.join('docs', `${title.toLowerCase().replaceAll(' ', '-')}.md`);
    const relative = children.map((child) => posix.relative('docs', child));
    const list = relative.map((child) => `  - ${JSON.stringify(child)}\n`).join('');
    const front = `---\ntitle: ${JSON.stringify(title)}\nchildren:\n${list}---\n`;
    await writeInto(folder, path, `${front}\n# ${title}\n\n${text}\n`);
    return join(folder, path);
  });
  return Promise.all(indexes);
}

function titled(title: string, text: string): string {
  return `---\ntitle: ${JSON.stringify(title)}\n---\n\n${text}`;
}

/** A page's text with links that the site can follow, and the pictures it shows. */
async function relinked(
  page: DocumentPage,
  shown: ReadonlySet<string>,
  repository: string,
): Promise<{ text: string; files: string[] }> {
  const files: string[] = [];
  const places = new Map<string, string>();
  for (const { target, isImage } of page.links) {
    const [file = '', anchor] = target.split('#');
    if (isElsewhere(target) || file === '') continue;
    const path = posix.join(posix.dirname(page.path), file);
    if (shown.has(path)) continue;
    if (isImage) {
      files.push(path);
      continue;
    }
    const isFile = (await stat(join(REPOSITORY, path))).isFile();
    const fragment = anchor === undefined ? '' : `#${anchor}`;
    places.set(target, `${repository}/${isFile ? 'blob' : 'tree'}/main/${path}${fragment}`);
  }
  const text = page.text.replace(/\]\(([^)\s]+)\)/g, (link, target: string) => {
    const place = places.get(target);
    return place === undefined ? link : `](${place})`;
  });
  // What stands behind the language is for the check of the code.
  return { text: text.replace(/^(\s*```\w+) .*$/gm, '$1'), files };
}

async function writeInto(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
