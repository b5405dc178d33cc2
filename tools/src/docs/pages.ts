import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { packageFolders, REPOSITORY } from '../workspace.ts';
import { readMarkdown, type MarkdownPage } from './markdown.ts';

/** A page of the repository that people read. */
export interface DocumentPage extends MarkdownPage {
  /** In the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Returns the Markdown files of the root, of `docs` and beside the packages, by path. */
export async function readPages(): Promise<ReadonlyMap<string, DocumentPage>> {
  const folders = [REPOSITORY, ...(await packageFolders())];
  const beside = await Promise.all(folders.map((folder) => markdownIn(folder)));
  const docs = await markdownIn(join(REPOSITORY, 'docs'), true);
  const pages = [...beside.flat(), ...docs].sort().map(async (file) => {
    const path = relative(REPOSITORY, file).replaceAll('\\', '/');
    const text = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
    return [path, { path, text, ...readMarkdown(text) }] as const;
  });
  return new Map(await Promise.all(pages));
}

async function markdownIn(folder: string, recursive = false): Promise<string[]> {
  const names = await readdir(folder, { recursive });
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
}
