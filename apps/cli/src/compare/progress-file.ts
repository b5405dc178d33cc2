import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError } from '../errors.ts';
import type { SampleRecord } from './measures.ts';

/** What has been measured, line by line, so that an interrupted comparison can go on. */
export interface ProgressFile {
  readonly records: readonly SampleRecord[];
  append(records: readonly SampleRecord[]): Promise<void>;
}

/**
 * Opens the file of a comparison. Its first line says what is compared; a file of another comparison is begun anew, and so
 * is every file where `fresh` is set.
 *
 * @throws CliError where it cannot be written
 */
export async function openProgressFile(path: string, subject: object, fresh: boolean): Promise<ProgressFile> {
  const header = JSON.stringify(subject);
  const [first, ...lines] = fresh ? [] : (await readFile(path, 'utf8').catch(() => '')).split('\n');
  const isSame = first === header;
  const records = isSame ? lines.flatMap(parseLine) : [];
  const text = [header, ...records.map((record) => JSON.stringify(record))].join('\n');
  await written(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    // Also drops a last line that an interruption cut off.
    await writeFile(path, `${text}\n`);
  });
  return {
    records,
    append: (more) =>
      written(path, () => appendFile(path, more.map((record) => `${JSON.stringify(record)}\n`).join(''))),
  };
}

function parseLine(line: string): SampleRecord[] {
  try {
    return [JSON.parse(line) as SampleRecord];
  } catch {
    // The line that was being written when the run ended.
    return [];
  }
}

async function written(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`Cannot write ${path} (${reason}); choose another folder with --out.`, { cause });
  }
}
