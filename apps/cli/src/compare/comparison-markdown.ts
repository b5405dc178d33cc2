import type { MeanInterval } from '@ablation-cam/xai/metrics';
import type { Comparison } from './comparison.ts';

/** Returns the means with their intervals as a Markdown table, a line a method. */
export function comparisonMarkdown({ metrics, methods }: Comparison): string {
  const head = [
    'method',
    ...metrics.map(({ name, better }) => `${name} (${better === 'larger' ? '↑' : '↓'})`),
    'seconds/image',
  ];
  const lines = methods.map(({ method, metrics: means, secondsPerImage }) => [
    method,
    ...metrics.map(({ key }) => interval(means[key])),
    secondsPerImage.toPrecision(2),
  ]);
  return [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |\n`).join('');
}

function interval(found: MeanInterval | undefined): string {
  if (!found) return '';
  return `${found.mean.toFixed(3)} (${found.low.toFixed(3)}–${found.high.toFixed(3)})`;
}
