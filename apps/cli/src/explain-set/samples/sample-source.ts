import { stat } from 'node:fs/promises';
import { CliError } from '../../errors.ts';
import { arraySource } from './array-source.ts';
import { folderSource } from './folder-source.ts';
import { ownSource } from './own-source.ts';
import { listSource } from './list-source.ts';
import type { SampleList, SampleSource } from './samples.ts';

/**
 * Opens a folder of images or `.npy` files (folders in it are their classes), a `.npy` array of inputs, a CSV or JSONL list of paths
 * and labels, or a set that comes along (`mnist1d`, `textures`, `tissue`).
 *
 * @throws CliError where there is no such source
 */
export async function openSource(source: string): Promise<SampleSource> {
  const own = ownSource(source);
  if (own !== null) return own;
  const facts = await stat(source).catch((cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file or folder' : message;
    throw new CliError(`Cannot read ${source}: ${reason}. Check the path.`, { cause });
  });
  if (facts.isDirectory()) return folderSource(source);
  if (source.endsWith('.npy')) return arraySource(source);
  if (/\.(csv|jsonl)$/i.test(source)) return listSource(source);
  throw new CliError(
    `${source} is no set of samples: a folder, a .npy array, a .csv or .jsonl list, mnist1d, textures or tissue was expected. ` +
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
      'a .csv or .jsonl list, mnist1d, textures or tissue.',
  );
}
