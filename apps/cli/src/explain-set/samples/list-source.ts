import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { readFile } from '@ablation-cam/model';
import { parse } from 'csv-parse';
import { CliError } from '../../errors.ts';
import { factsOf } from './file-facts.ts';
import { labelNames, type Entry, type SampleList, type SampleSource } from './samples.ts';

/**
 * What a `.csv` file with a column `path` and perhaps `label`, or a `.jsonl` file of objects with these, names. Paths are relative to
 * the list.
 */
export function listSource(list: string): SampleSource {
  return {
    list: () => readList(list),
    bytesOf: (source) => readFile(resolve(dirname(list), source)),
    close: () => Promise.resolve(),
  };
}

/** @throws CliError for a list that cannot be read, with the record */
async function readList(list: string): Promise<SampleList> {
  const folder = dirname(list);
  const entries: Entry[] = [];
  let line = 1;
  try {
    for await (const record of /\.csv$/i.test(list) ? csvRecords(list) : jsonRecords(list)) {
      line++;
      entries.push(await entryOf(record, folder, `${list}, record ${line - 1}`));
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(`Cannot read ${list}, record ${line}: ${(cause as Error).message}.`, { cause });
  }
  return { entries, identity: 'files', labelNames: labelNames(entries) };
}

async function* csvRecords(list: string): AsyncGenerator<unknown, void, undefined> {
  const parser = createReadStream(list).pipe(
    parse({ columns: true, bom: true, skip_empty_lines: true, trim: true }),
  );
  for await (const record of parser) yield record;
}

async function* jsonRecords(list: string): AsyncGenerator<unknown, void, undefined> {
  for await (const line of createInterface({ input: createReadStream(list), crlfDelay: Infinity })) {
    if (line.trim() !== '') yield JSON.parse(line) as unknown;
  }
}

async function entryOf(record: unknown, folder: string, where: string): Promise<Entry> {
  const { path, label } = record as { readonly path?: unknown; readonly label?: unknown };
  if (typeof path !== 'string' || path === '') {
    throw new CliError(`${where} names no file; give each record a "path", and a "label" where it is known.`);
  }
  return { source: path, label: labelOf(label), ...(await factsOf(resolve(folder, path))) };
}

/** CSV has no numbers: what reads as an index is one. */
function labelOf(label: unknown): string | number | null {
  if (typeof label === 'number' && Number.isInteger(label) && label >= 0) return label;
  if (typeof label !== 'string' || label === '') return null;
  return /^\d+$/.test(label) ? Number(label) : label;
}
