import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ModelError, readFile } from '@ablation-cam/model';
import { checkSchema, parseJson } from '@ablation-cam/model/internals';
import { parse, type Info } from 'csv-parse';
import {
  integer,
  minValue,
  nonEmpty,
  nullable,
  number,
  object,
  optional,
  pipe,
  string,
  union,
  type InferOutput,
} from 'valibot';
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

const path = pipe(string(), nonEmpty('names no file'));
const index = pipe(number(), integer(), minValue(0));
/** CSV knows texts only. */
const csvRecord = object({ path, label: optional(string()) });
const jsonRecord = object({ path, label: optional(nullable(union([string(), index]))) });

type ListedRecord = InferOutput<typeof jsonRecord>;

/** @throws ModelError `invalid-file` for a record that is none, with its line; CliError for a list that cannot be read */
async function readList(list: string): Promise<SampleList> {
  const folder = dirname(list);
  const entries: Entry[] = [];
  try {
    for await (const { path: source, label } of /\.csv$/i.test(list) ? csvRecords(list) : jsonRecords(list)) {
      entries.push({ source, label: labelOf(label), ...(await factsOf(resolve(folder, source))) });
    }
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    // Those of the parser tell the line.
    throw new CliError(`Cannot read ${list}: ${(cause as Error).message}.`, { cause });
  }
  return { entries, identity: 'files', labelNames: labelNames(entries) };
}

async function* csvRecords(list: string): AsyncGenerator<ListedRecord, void, undefined> {
  const parser = createReadStream(list).pipe(
    parse({ columns: true, bom: true, skip_empty_lines: true, trim: true, info: true }),
  );
  for await (const { record, info } of parser as AsyncIterable<{ record: unknown; info: Info }>) {
    yield checkSchema(csvRecord, record, `${list}, line ${info.lines},`);
  }
}

async function* jsonRecords(list: string): AsyncGenerator<ListedRecord, void, undefined> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(list), crlfDelay: Infinity })) {
    number++;
    const where = `${list}, line ${number},`;
    const text = number === 1 ? line.replace(/^\ufeff/, '') : line;
    if (text.trim() !== '') yield checkSchema(jsonRecord, parseJson(where, text), where);
  }
}

/** CSV has no numbers: what reads as an index is one. */
function labelOf(label: ListedRecord['label']): string | number | null {
  if (typeof label !== 'string') return label ?? null;
  if (label === '') return null;
  return /^\d+$/.test(label) ? Number(label) : label;
}
