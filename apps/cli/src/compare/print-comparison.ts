import Table from 'cli-table3';
import type { MeanInterval } from '@ablation-cam/xai';
import type { Comparison } from './comparison.ts';

/** Prints the comparison for people. */
export function printComparison({ subject, samples, measures, methods }: Comparison): void {
  const plain = { head: [], border: [], compact: true };
  console.log(
    `${subject.model} on ${subject.data}: ${String(samples)} samples, the predicted class of each\n`,
  );
  const table = new Table({
    head: ['', ...methods.map(({ method }) => method)],
    style: plain,
    colAligns: ['left', ...methods.map(() => 'right' as const)],
  });
  for (const { key, name, better } of measures) {
    table.push([`${name} (${better} is better)`, ...methods.map((method) => interval(method.measures[key]))]);
  }
  table.push(
    ['maps without positive values', ...methods.map(({ emptyMaps }) => String(emptyMaps))],
    ['seconds per image', ...methods.map(({ secondsPerImage }) => secondsPerImage.toPrecision(3))],
  );
  console.log(table.toString());
  const [first, ...others] = methods;
  if (!first || others.length === 0) return;
  const wins = new Table({
    head: ['', ...others.map(({ method }) => method)],
    style: plain,
    colAligns: ['left', ...others.map(() => 'right' as const)],
  });
  for (const { key, name } of measures) {
    wins.push([
      name,
      ...others.map(({ paired }) => {
        const found = paired?.[key];
        return found ? `${String(found.wins)} / ${String(found.ties)} / ${String(found.losses)}` : '';
      }),
    ]);
  }
  console.log(`\nSamples on which a method is better / as good / worse than ${first.method}:\n`);
  console.log(wins.toString());
}

/** A mean above its 95 % interval. */
export function interval(found: MeanInterval | undefined): string {
  if (!found) return '';
  return `${found.mean.toFixed(3)}\n${found.low.toFixed(3)}–${found.high.toFixed(3)}`;
}
