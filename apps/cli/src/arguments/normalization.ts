import type { Normalization } from '@ablation-cam/model';
import { CliError } from '../errors.ts';

/** @throws CliError */
export function parseNormalization(text: string | undefined): Normalization | undefined {
  if (text === undefined || text === '0..1' || text === '-1..1' || text === 'imagenet') return text;
  const [mean, deviation, ...others] = text
    .split(':')
    .map((part) => part.split(',').map((word) => (word.trim() === '' ? NaN : Number(word))));
  if (!mean || !deviation || others.length > 0 || [...mean, ...deviation].some(Number.isNaN)) {
    throw new CliError(
      `--normalize is "${text}"; give 0..1, -1..1, imagenet, or mean:deviation such as 0.5:0.25 or 0.4,0.5,0.6:0.2,0.2,0.2.`,
    );
  }
  const single = (values: number[]): number | number[] => (values.length === 1 ? (values[0] ?? 0) : values);
  return { mean: single(mean), deviation: single(deviation) };
}
