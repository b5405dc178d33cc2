import { appendToFile, ModelError, parseJson, readFile, writeFileWhole } from '@ablation-cam/model';
import {
  boolean,
  finite,
  is,
  minValue,
  nullable,
  number,
  object,
  optional,
  pipe,
  safeInteger,
  string,
} from 'valibot';
import { basename, dirname } from 'node:path';
import type { ComparisonSettings } from './comparison.ts';
import { METRICS, type SampleRecord } from './metrics.ts';

/** What has been measured, line by line, so that an interrupted comparison can go on. */
export interface ProgressFile {
  readonly records: readonly SampleRecord[];
  /** Lines of the file that were none of this comparison's, and are measured again. */
  readonly passedOver: number;
  append(records: readonly SampleRecord[]): Promise<void>;
}

const index = pipe(number(), safeInteger(), minValue(0));
const value = pipe(number(), finite());

const recordSchema = object({
  sample: index,
  source: nullable(string()),
  label: index,
  method: string(),
  classIndex: index,
  score: value,
  seconds: pipe(value, minValue(0)),
  empty: boolean(),
  values: object(Object.fromEntries(METRICS.map(({ key }) => [key, optional(value)]))),
});

/**
 * Opens the file of a comparison. Its first line says what is compared; a file of another comparison is begun anew, and so
 * is every file where `fresh` is set. A line that is cut off, changed or about something that is not compared counts as
 * not there.
 *
 * @throws ModelError `write-failed`; `invalid-file` for what is no file or too long
 */
export async function openProgressFile(
  path: string,
  settings: Pick<ComparisonSettings, 'methods' | 'samples'>,
  fresh: boolean,
): Promise<ProgressFile> {
  const header = JSON.stringify(settings);
  const [first, ...lines] = fresh ? [] : await readLines(path);
  const written = first === header ? lines.filter((line) => line !== '') : [];
  const methods = new Set(settings.methods);
  const samples = new Set(settings.samples);
  const records = written
    .flatMap(parseLine)
    .filter(({ method, sample }) => methods.has(method) && samples.has(sample));
  const text = [header, ...records.map((record) => JSON.stringify(record))].join('\n');
  await writeFileWhole(path, `${text}\n`);
  return {
    records,
    passedOver: written.length - records.length,
    append: (more) =>
      appendToFile(
        dirname(path),
        basename(path),
        new TextEncoder().encode(more.map((record) => `${JSON.stringify(record)}\n`).join('')),
      ),
  };
}

async function readLines(path: string): Promise<string[]> {
  try {
    return new TextDecoder().decode(await readFile(path)).split('\n');
  } catch (error) {
    if (error instanceof ModelError && error.code === 'not-found') return [];
    throw error;
  }
}

function parseLine(line: string): SampleRecord[] {
  try {
    const record = parseJson('the line', line);
    return is(recordSchema, record) ? [record] : [];
  } catch {
    return [];
  }
}
