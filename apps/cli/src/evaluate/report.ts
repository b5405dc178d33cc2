import Table from 'cli-table3';
import { printableName, type EvaluationResult } from '@ablation-cam/model';
import type { CommandBackend } from '../backend.ts';
import { print } from '../print.ts';

/** Wider than this, the matrix does not fit a terminal. */
const MOST_CONFUSION_COLUMNS = 16;
const SHOWN_FAILURES = 5;
const SHOWN_SKIPPED = 5;

const plain = { head: [], border: [], compact: true };

/** Prints an evaluation for people. */
export function printEvaluation(
  model: string,
  { choice, adapter }: CommandBackend,
  evaluated: EvaluationResult,
): void {
  const result = withPrintableNames(evaluated);
  const { sampleCount, failureCount, accuracy, classes, run } = result;
  print(
    `${model} on ${result.dataName}: ${sampleCount - failureCount} of ${sampleCount} right, accuracy ${accuracy.toFixed(4)}\n`,
  );
  print(reportTable(result));
  for (const { name, aucReason } of classes) {
    if (aucReason !== null) print(`note: no AUC of ${name}: ${aucReason}; it is not in the mean AUCs.`);
  }
  if (classes.length <= MOST_CONFUSION_COLUMNS) {
    print(`\nTrue classes (rows) and what they were taken for (columns):\n\n${confusionTable(result)}`);
  }
  printFailures(result);
  printSkipped(result);
  const why = adapter ?? (choice.requested === 'auto' ? choice.reason : 'asked for');
  const engine = run.backend === 'onnxruntime' ? 'ONNX Runtime' : `TensorFlow.js ${choice.backend} (${why})`;
  print(`\n${engine}, batches of ${run.batchSize}, ${(run.elapsedMs / 1000).toFixed(1)} s`);
}

/** In tables and lists a name has one line. */
function withPrintableNames(result: EvaluationResult): EvaluationResult {
  const named = <T extends { readonly name: string }>(item: T): T => ({
    ...item,
    name: printableName(item.name),
  });
  const sourced = <T extends { readonly source: string | null }>(item: T): T => ({
    ...item,
    source: item.source === null ? null : printableName(item.source),
  });
  return {
    ...result,
    classes: result.classes.map(named),
    failures: result.failures.map(sourced),
    skipped: result.skipped.map(({ source, reason }) => ({
      source: printableName(source),
      reason: printableName(reason),
    })),
  };
}

function reportTable({ classes, means, accuracy, sampleCount }: EvaluationResult): string {
  const table = new Table({
    head: ['class', 'precision', 'recall', 'F1', 'support', 'AUC'],
    style: plain,
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  });
  const line = (name: string, { precision, recall, f1, support, auc }: typeof means.macro): void => {
    table.push([
      name,
      ...[precision, recall, f1].map((value) => value.toFixed(4)),
      support,
      auc === null ? '-' : auc.toFixed(4),
    ]);
  };
  for (const metrics of classes) line(metrics.name, metrics);
  table.push(['', '', '', '', '', ''], ['accuracy', '', '', accuracy.toFixed(4), sampleCount, '']);
  line('micro mean', means.micro);
  line('macro mean', means.macro);
  line('weighted mean', means.weighted);
  return table.toString();
}

function confusionTable({ classes, confusion }: EvaluationResult): string {
  // Names that are the indices already, such as digits, need no column of their own.
  const named = classes.some(({ name }, k) => name !== String(k));
  const table = new Table({
    head: ['', ...(named ? [''] : []), ...classes.map((_, k) => String(k)), 'accuracy'],
    style: plain,
    colAligns: ['right', named ? 'left' : 'right', ...classes.map(() => 'right' as const), 'right'],
  });
  confusion.forEach((row, k) => {
    const { name, accuracy } = classes[k]!;
    table.push([k, ...(named ? [name] : []), ...row, accuracy === null ? '-' : accuracy.toFixed(4)]);
  });
  return table.toString();
}

function printFailures({ failures, failureCount, classes }: EvaluationResult): void {
  if (failureCount === 0 || failures.length === 0) return;
  print('\nThe most confident wrong predictions:');
  for (const { index, source, label, predicted, confidence } of failures.slice(0, SHOWN_FAILURES)) {
    print(
      `  ${source ?? `sample ${index}`}: ${classes[predicted]!.name} (${(100 * confidence).toFixed(1)} %), is ${classes[label]!.name}`,
    );
  }
}

function printSkipped({ skipped }: EvaluationResult): void {
  if (skipped.length === 0) return;
  print(`\nskipped ${skipped.length}:`);
  for (const { source, reason } of skipped.slice(0, SHOWN_SKIPPED)) print(`  ${source}: ${reason}`);
  if (skipped.length > SHOWN_SKIPPED) print(`  ... and ${skipped.length - SHOWN_SKIPPED} more`);
}
