import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { galleryEntries, makePictures } from './docs/gallery.ts';
import { readMarkdown } from './docs/markdown.ts';
import { REPOSITORY } from './workspace.ts';

const DOCS = join(REPOSITORY, 'docs');

/** The command `pnpm docs:gallery`: makes the pictures of the gallery again, by the commands that stand above them. */
export async function docsGallery(): Promise<void> {
  const entries = galleryEntries(readMarkdown(await readFile(join(DOCS, 'gallery.md'), 'utf8')));
  await mkdir(join(DOCS, 'images/gallery'), { recursive: true });
  for (const entry of entries) {
    console.log(entry.commands.map((words) => words.join(' ')).join('; '));
    await makePictures(entry, DOCS);
  }
}
