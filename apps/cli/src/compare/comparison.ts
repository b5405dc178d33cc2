import type { CompareRequest } from './request.ts';
import type { Metric, SampleRecord } from './metrics.ts';
import type { MethodSummary } from './summary.ts';

/** What was compared: a run that says the same goes on where an earlier one ended. */
export interface ComparisonSettings {
  readonly model: string;
  readonly data: string;
  readonly methods: readonly string[];
  readonly samples: readonly number[];
  readonly layer: string | null;
  readonly fraction: number;
  readonly steps: number;
  readonly backend: CompareRequest['backend'];
  readonly executor: CompareRequest['executor'];
  readonly normalize: string | null;
}

/** A finished comparison. */
export interface Comparison {
  readonly settings: ComparisonSettings;
  readonly samples: number;
  readonly classNames: readonly string[];
  readonly metrics: readonly Metric[];
  readonly methods: readonly MethodSummary[];
  readonly records: readonly SampleRecord[];
}

/** Returns one line for each sample and method. */
export function comparisonCsv({ records, metrics, classNames }: Comparison): string {
  const head = ['sample', 'source', 'label', 'predicted', 'score', 'method', 'seconds', 'empty'];
  const lines = records.map((record) => [
    record.sample,
    record.source ?? '',
    classNames[record.label] ?? record.label,
    classNames[record.classIndex] ?? record.classIndex,
    record.score,
    record.method,
    record.seconds,
    record.empty ? 1 : 0,
    ...metrics.map(({ key }) => record.values[key] ?? ''),
  ]);
  return [[...head, ...metrics.map(({ key }) => key)], ...lines]
    .map((line) => `${line.map(csvField).join(',')}\n`)
    .join('');
}

/** A text that a spreadsheet would take for a formula is marked as text by an apostrophe, as spreadsheets write it. */
function csvField(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
