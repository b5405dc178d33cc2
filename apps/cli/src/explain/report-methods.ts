import Table from 'cli-table3';
import { classText } from './class-text.ts';
import type { MethodRun } from './method-json.ts';
import type { Subject } from './open-subject.ts';
import { predictionLine } from './report.ts';
import { print } from '../print.ts';

/** Prints what several methods found for people: where each map has its largest value, and what to know about it. */
export function printMethods(subject: Subject, runs: readonly MethodRun[], files: readonly string[]): void {
  const first = runs[0]?.explanations[0];
  if (!first) return;
  print(`${predictionLine(subject, first)}\n`);
  const table = new Table({
    head: ['method', 'layer', 'class', 'score', 'largest at', 'time'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right'],
  });
  const notes = new Set<string>();
  for (const { method, layer, explanations, totalMs, warnings } of runs) {
    for (const note of warnings) notes.add(`${method}: ${note}`);
    for (const { classIndex, classScore, heatmap, warnings: own } of explanations) {
      for (const note of own) notes.add(`${method}: ${note}`);
      const peak = heatmap.data.indexOf(1);
      table.push([
        method,
        layer ?? 'the input',
        classIndex === null ? '' : classText(subject.classNames, classIndex),
        classScore.toPrecision(4),
        peak < 0 ? 'nowhere' : placeOf(peak, heatmap.shape),
        `${totalMs.toFixed(1)} ms`,
      ]);
    }
  }
  print(table.toString());
  for (const note of notes) print(`note: ${note}`);
  if (files.length > 0) print(`\nwrote ${files.join(', ')}`);
}

function placeOf(index: number, shape: readonly number[]): string {
  const [, width] = shape;
  if (width === undefined) return String(index);
  return `row ${String(Math.floor(index / width))}, column ${String(index % width)}`;
}
