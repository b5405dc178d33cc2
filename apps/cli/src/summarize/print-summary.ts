import Table from 'cli-table3';
import { printableName } from '@ablation-cam/model';
import { print } from '../print.ts';
import type { Example, MethodFindings, SetSummary } from './summary.ts';

const PLAIN = { head: [], border: [], compact: true };
const SHOWN = 5;
const MOST_CLASSES = 30;

/** Prints a summary for people. */
export function printSummary(name: string, summary: SetSummary, classNames: readonly string[]): void {
  const { samples, explained, failed, labelled, right, failures, classes } = summary;
  print(`${name}: ${explained} of ${samples} samples explained${failed > 0 ? `, ${failed} not` : ''}`);
  if (labelled > 0)
    print(`${right} of ${labelled} labelled ones right, accuracy ${(right / labelled).toFixed(4)}`);
  if (classes.length > 0 && classes.length <= MOST_CLASSES) {
    const table = new Table({
      head: ['class', 'labelled', 'right', 'predicted'],
      style: PLAIN,
      colAligns: ['left', 'right', 'right', 'right'],
    });
    for (const own of classes) table.push([printableName(own.name), own.labelled, own.right, own.predicted]);
    print(`\n${table.toString()}`);
  }
  const named = (example: Example): string => exampleText(example, classNames);
  printExamples('The most confident wrong predictions', summary.confidentlyWrong, named);
  printExamples('The least confident predictions', summary.undecided, named);
  for (const method of summary.methods) printMethod(method, named);
  if (failures.length > 0) print(`\nNot explained:`);
  for (const { source, reason } of failures.slice(0, SHOWN)) {
    print(`  ${printableName(source)}: ${printableName(reason)}`);
  }
}

function printMethod(method: MethodFindings, named: (example: Example) => string): void {
  const { drop, increase, channels, emptyMaps, atBorder, inRegion, duplicates } = method;
  print(`\n${method.method}, ${method.target}`);
  for (const [what, found] of [
    ['average drop', drop],
    ['average increase', increase],
  ] as const) {
    if (found)
      print(`  ${what} ${found.mean.toFixed(3)} (${found.low.toFixed(3)} to ${found.high.toFixed(3)})`);
  }
  if (emptyMaps > 0) print(`  ${emptyMaps} maps without a positive value`);
  const important = channels.map(({ channel, weight }) => `${channel} (${weight.toPrecision(3)})`);
  if (important.length > 0) print(`  channels by mean |weight|: ${important.join(', ')}`);
  printExamples('  Maps at the border (share of the map there, 1 where even)', atBorder, named);
  if (inRegion) printExamples('  Maps in the region of the masks (share of the map)', inRegion, named);
  if (duplicates.length > 0) print(`  Equal maps:`);
  for (const group of duplicates.slice(0, SHOWN)) {
    print(
      `    ${group[0]?.value ?? 0} times: ${group
        .slice(0, 3)
        .map(({ source }) => printableName(source))
        .join(', ')}`,
    );
  }
}

function printExamples(
  title: string,
  examples: readonly Example[],
  named: (example: Example) => string,
): void {
  if (examples.length === 0) return;
  print(`${title.startsWith(' ') ? '' : '\n'}${title}:`);
  const indent = title.startsWith(' ') ? '    ' : '  ';
  for (const example of examples.slice(0, SHOWN)) print(`${indent}${named(example)}`);
}

/** "a/1.png: tumor 0.930, is stroma" */
export function exampleText(example: Example, classNames: readonly string[]): string {
  return `${printableName(example.source)}: ${verdictText(example, classNames)}`;
}

/** "tumor 0.930, is stroma" */
export function verdictText({ label, predicted, value }: Example, classNames: readonly string[]): string {
  const nameOf = (index: number): string => printableName(classNames[index] ?? String(index));
  const truth = label >= 0 && label !== predicted ? `, is ${nameOf(label)}` : '';
  return `${nameOf(predicted)} ${value.toFixed(3)}${truth}`;
}
