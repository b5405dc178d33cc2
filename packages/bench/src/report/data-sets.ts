import type { DataSetResult } from '../results/result.ts';
import { formatRatio, formatTime } from './format.ts';

/** What a reader of the table has to know. */
export const DATA_SET_LEGEND: readonly string[] = [
  'Data sets: milliseconds a sample of the command explain-set with its usual number of processes, once the first samples are done, and of an explainer in one process with all threads that is given the same inputs, read before, in batches of the same size. The ratio is that of samples a second, a median over rounds in which both take turns: below 1x reading, keeping and writing cost more than several processes gain.',
];

/** Head and rows of the table. */
export function dataSetRows(results: readonly DataSetResult[]): {
  readonly head: string[];
  readonly rows: string[][];
} {
  return {
    head: ['data set', 'batch', 'explainer alone', 'explain-set', 'ratio', 'promised', 'rounds'],
    rows: results.map(({ title, batch, alone, explainSet, ratio, promised, rounds }) => [
      title,
      String(batch),
      formatTime(alone.medianMs),
      formatTime(explainSet.medianMs),
      formatRatio(ratio),
      formatRatio(promised),
      String(rounds),
    ]),
  };
}
