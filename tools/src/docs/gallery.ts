import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { launchChromium } from '../chromium.ts';
import { REPOSITORY } from '../workspace.ts';
import type { MarkdownPage } from './markdown.ts';

/** Commands, and the pictures that stand below them. */
export interface GalleryEntry {
  /** The words behind `pnpm` of each line. */
  readonly commands: readonly (readonly string[])[];
  /** What the commands write, in their folder, and where a page shows it. */
  readonly pictures: readonly { readonly written: string; readonly shown: string }[];
}

const NOTE = 'pictures=';
/** Wide enough for a page, small enough for a repository. */
const MOST_WIDTH = 1000;
const QUALITY = 85;
/** Of a report: its beginning. */
const WINDOW = { width: 1000, height: 1300 };

/**
 * Returns the entries of a page: a block of `sh` with `pictures=FILE,FILE` behind it, and as many images before the next such block.
 *
 * @throws Error where there are more or fewer images
 */
export function galleryEntries({ blocks, links }: MarkdownPage): GalleryEntry[] {
  const made = blocks.filter(({ notes }) => notes.some((note) => note.startsWith(NOTE)));
  return made.map(({ code, notes, line }, index) => {
    const next = made[index + 1]?.line ?? Infinity;
    const written = (notes.find((note) => note.startsWith(NOTE)) ?? '').slice(NOTE.length).split(',');
    const shown = links.filter(
      (link) => link.isImage && link.line > line && link.line < next && link.target.includes('gallery/'),
    );
    if (shown.length !== written.length) {
      throw new Error(`line ${line}: expected ${written.length} images behind it, got ${shown.length}`);
    }
    const lines = code.trim().split('\n');
    return {
      commands: lines.map((text) => text.replace(/^pnpm /, '').split(/\s+/)),
      pictures: written.map((file, k) => ({ written: file, shown: shown[k]?.target ?? '' })),
    };
  });
}

/** Runs the commands of an entry in a folder of their own and makes its pictures. */
export async function makePictures(entry: GalleryEntry, docs: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-gallery-'));
  try {
    for (const words of entry.commands) await runProgram(words, folder);
    for (const { written, shown } of entry.pictures) {
      await sharp(await pictureOf(join(folder, written)))
        .resize({ width: MOST_WIDTH, withoutEnlargement: true })
        .webp({ quality: QUALITY })
        .toFile(join(docs, shown));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A picture as it is, and how a page looks. */
async function pictureOf(file: string): Promise<string | Buffer> {
  if (extname(file) !== '.html') return file;
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: WINDOW });
    await page.goto(pathToFileURL(file).href);
    return await page.screenshot();
  } finally {
    await browser.close();
  }
}

async function runProgram(words: readonly string[], cwd: string): Promise<void> {
  const child = spawn(process.execPath, [join(REPOSITORY, 'apps/cli/run.mjs'), ...words], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${words.join(' ')} ended with exit code ${String(code)}`);
}
