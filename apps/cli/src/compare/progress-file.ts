import {
  appendToFile,
  ModelError,
  readFile,
  sealedJson,
  sealState,
  writeFileWhole,
} from '@ablation-cam/model';
import { parseJson } from '@ablation-cam/model/internals';
import {
  boolean,
  finite,
  minValue,
  nullable,
  number,
  object,
  optional,
  pipe,
  safeInteger,
  safeParse,
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
 * Opens the file of a comparison: a line of its settings, then a line for each record, each with a checksum. A file of
 * another comparison is begun anew, and so is every file where `fresh` is set. A line that is cut off, changed or about
 * something that is not compared counts as not there.
 *
 * @throws ModelError `write-failed`; `invalid-file` for what is no file or too long, and for a file whose first line is damaged:
 * it may be this comparison's
 */
export async function openProgressFile(
  path: string,
  settings: Pick<ComparisonSettings, 'methods' | 'samples'>,
  fresh: boolean,
): Promise<ProgressFile> {
  const header = await sealedJson(settings, 'line');
  const [first, ...lines] = fresh ? [] : await readLines(path);
  if (first !== undefined && (await sealState(first, 'line')) !== 'whole') {
    throw new ModelError(
      'invalid-file',
      `${path} holds no progress of this version, or its first line is damaged. Give --fresh to begin anew, or another --out.`,
    );
  }
  const written = first === header ? lines.filter((line) => line !== '') : [];
  const methods = new Set(settings.methods);
  const samples = new Set(settings.samples);
  const kept = (await Promise.all(written.map(parseLine)))
    .flat()
    .filter(({ record: { method, sample } }) => methods.has(method) && samples.has(sample));
  await writeFileWhole(path, [header, ...kept.map(({ line }) => line), ''].join('\n'));
  return {
    records: kept.map(({ record }) => record),
    passedOver: written.length - kept.length,
    append: async (more) => {
      const added = await Promise.all(more.map((record) => sealedJson(record, 'line')));
      const text = added.map((line) => `${line}\n`).join('');
      await appendToFile(dirname(path), basename(path), new TextEncoder().encode(text));
    },
  };
}

/** The lines of a file; none where there is no file. */
async function readLines(path: string): Promise<string[]> {
  try {
    return new TextDecoder().decode(await readFile(path)).split('\n');
  } catch (error) {
    if (error instanceof ModelError && error.code === 'not-found') return [];
    throw error;
  }
}

interface Line {
  readonly line: string;
  readonly record: SampleRecord;
}

/** The record of a line, or none. */
async function parseLine(line: string): Promise<Line[]> {
  if ((await sealState(line, 'line')) !== 'whole') return [];
  try {
    const { success, output } = safeParse(recordSchema, parseJson('the line', line));
    return success ? [{ line, record: output }] : [];
  } catch (error) {
    if (error instanceof ModelError) return [];
    throw error;
  }
}
