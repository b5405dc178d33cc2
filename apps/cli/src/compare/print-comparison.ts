import Table from 'cli-table3';
import type { MeanInterval } from '@ablation-cam/xai/metrics';
import type { Comparison } from './comparison.ts';
import type { Metric } from './metrics.ts';
import { print } from '../print.ts';

const PLAIN = { head: [], border: [], compact: true };

/** Prints the comparison for people. */
export function printComparison({ settings, samples, metrics, methods }: Comparison): void {
  print(`${settings.model} on ${settings.data}: ${String(samples)} samples, the predicted class of each`);
  print('Means with 95 % intervals; ↑ larger is better, ↓ smaller is better\n');
  const table = new Table({
    head: ['', ...metrics.map(metricTitle), 'empty\nmaps', 'seconds\nper image'],
    style: PLAIN,
    colAligns: ['left', ...metrics.map(() => 'right' as const), 'right', 'right'],
  });
  for (const { method, metrics: means, emptyMaps, secondsPerImage } of methods) {
    table.push([
      method,
      ...metrics.map(({ key }) => interval(means[key])),
      emptyMaps,
      secondsPerImage.toPrecision(3),
    ]);
  }
  print(table.toString());
  const [first, ...others] = methods;
  if (!first || others.length === 0) return;
  const wins = new Table({
    head: ['', ...metrics.map(metricTitle)],
    style: PLAIN,
    colAligns: ['left', ...metrics.map(() => 'right' as const)],
  });
  for (const { method, paired } of others) {
    wins.push([
      method,
      ...metrics.map(({ key }) => {
        const found = paired?.[key];
        return found ? `${String(found.wins)} / ${String(found.ties)} / ${String(found.losses)}` : '';
      }),
    ]);
  }
  print(`\nSamples on which a method is better / as good / worse than ${first.method}:\n`);
  print(wins.toString());
}

function metricTitle({ name, better }: Metric): string {
  return `${name.replace(' ', '\n')} ${better === 'larger' ? '↑' : '↓'}`;
}

/** A mean above its 95 % interval. */
function interval(found: MeanInterval | undefined): string {
  if (!found) return '';
  return `${found.mean.toFixed(3)}\n${found.low.toFixed(3)}–${found.high.toFixed(3)}`;
}
