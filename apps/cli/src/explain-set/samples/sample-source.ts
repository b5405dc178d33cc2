import { stat } from 'node:fs/promises';
import type { InputSource } from '@ablation-cam/model';
import { CliError } from '../../errors.ts';
import { arraySource } from './array-source.ts';
import { folderSource } from './folder-source.ts';
import { generatedSource } from './generated-source.ts';
import { listSource } from './list-source.ts';

/** A sample as its source lists it. */
export interface Entry {
  /** What the source knows it by: a path, or an index. */
  readonly source: string;
  /** The true class, by name or index; null where nobody says. */
  readonly label: string | number | null;
  /** Tells files apart that were changed under the same name; 0 where there are none. */
  readonly bytes: number;
}

/** The samples of a source, in an order that is the same everywhere. */
export interface SampleList {
  readonly entries: readonly Entry[];
  /** What else says what the samples are, such as the seed of generated ones. */
  readonly identity: string;
  /** The names that labels are given by; null where they are indices, or there are none. */
  readonly labelNames: readonly string[] | null;
}

/** Where the samples of a set are. */
export interface SampleSource {
  /** @throws CliError where something cannot be read */
  list(): Promise<SampleList>;
  /** Returns what `readInput` reads a sample from. @throws ModelError, CliError */
  inputOf(source: string): Promise<InputSource>;
  close(): Promise<void>;
}

/**
 * Opens a folder of images or `.npy` files (folders in it are their classes), a `.npy` array of inputs, a CSV or JSONL list of paths
 * and labels, or a generated set (`mnist1d`, `textures`).
 *
 * @throws CliError where there is no such source
 */
export async function openSource(source: string): Promise<SampleSource> {
  const generated = generatedSource(source);
  if (generated !== null) return generated;
  const facts = await stat(source).catch((cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file or folder' : message;
    throw new CliError(`Cannot read ${source}: ${reason}. Check the path.`, { cause });
  });
  if (facts.isDirectory()) return folderSource(source);
  if (source.endsWith('.npy')) return arraySource(source);
  if (/\.(csv|jsonl)$/i.test(source)) return listSource(source);
  throw new CliError(
    `${source} is no set of samples: a folder, a .npy array, a .csv or .jsonl list, mnist1d or textures was expected. ` +
      'For one input there is `explain`.',
  );
}

/** Lists what is in a source. @throws CliError where it holds nothing */
export async function listSamples(source: string): Promise<SampleList> {
  const opened = await openSource(source);
  try {
    const list = await opened.list();
    if (list.entries.length > 0) return list;
  } finally {
    await opened.close();
  }
  throw new CliError(
    `${source} holds no samples. Give a folder with images or .npy files in it or in its class folders, a .npy array, ` +
      'a .csv or .jsonl list, mnist1d or textures.',
  );
}

/** The names among labels, in the order of their code units; null where there is none. */
export function labelNames(entries: readonly Entry[]): string[] | null {
  const names = new Set(entries.flatMap(({ label }) => (typeof label === 'string' ? label : [])));
  return names.size > 0 ? [...names].sort((a, b) => (a < b ? -1 : 1)) : null;
}
