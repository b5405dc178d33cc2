import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream';
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

/** Of a record: more is no path and label, but a list that is damaged. */
const MOST_CHARACTERS = 1_000_000;

/**
 * What a `.csv` file with a column `path` and perhaps `label`, or a `.jsonl` file of objects with these, names. Paths are relative to
 * the list.
 */
export function listSource(list: string): SampleSource {
  return {
    list: () => readList(list),
    bytesOf: (source) => readFile(resolve(dirname(list), source), { regularOnly: true }),
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
    if (cause instanceof ModelError || cause instanceof CliError) throw cause;
    // Those of the parser tell the line.
    throw new CliError(`Cannot read ${list}: ${(cause as Error).message}.`, { cause });
  }
  return { entries, identity: 'files', labelNames: labelNames(entries) };
}

async function* csvRecords(list: string): AsyncGenerator<ListedRecord, void, undefined> {
  const parser = parse({
    ...{ columns: true, bom: true, skip_empty_lines: true, trim: true, info: true },
    max_record_size: MOST_CHARACTERS,
  });
  // Tells the parser of a list that cannot be read, which `pipe` does not; it throws that below.
  pipeline(createReadStream(list), parser, () => undefined);
  for await (const { record, info } of parser as AsyncIterable<{ record: unknown; info: Info }>) {
    yield checkSchema(csvRecord, record, `${list}, line ${info.lines},`);
  }
}

async function* jsonRecords(list: string): AsyncGenerator<ListedRecord, void, undefined> {
  let number = 0;
  for await (const line of linesOf(list)) {
    number++;
    const where = `${list}, line ${number},`;
    const text = number === 1 ? line.replace(/^\ufeff/, '') : line;
    if (text.trim() !== '') yield checkSchema(jsonRecord, parseJson(where, text), where);
  }
}

/** Unlike `readline`, it does not wait for the end of a line that has none. */
async function* linesOf(list: string): AsyncGenerator<string, void, undefined> {
  let last = '';
  for await (const part of createReadStream(list, 'utf8')) {
    const lines = (last + (part as string)).split('\n');
    last = lines.pop() ?? '';
    yield* lines;
    if (last.length > MOST_CHARACTERS)
      throw new CliError(`${list} has a line of more than a million characters.`);
  }
  yield last;
}

/** CSV has no numbers: what reads as an index is one. */
function labelOf(label: ListedRecord['label']): string | number | null {
  if (typeof label !== 'string') return label ?? null;
  if (label === '') return null;
  return /^\d+$/.test(label) ? Number(label) : label;
}
