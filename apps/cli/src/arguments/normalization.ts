import type { Normalization } from '@ablation-cam/model';
import { CliError } from '../errors.ts';

/** As the library calls them, and as Keras calls the modes of `preprocess_input`. */
const named: Readonly<Record<string, Normalization>> = {
  '0..255': '0..255',
  '0..1': '0..1',
  '-1..1': '-1..1',
  imagenet: 'imagenet',
  caffe: 'caffe',
  'keras-tf': '-1..1',
  'keras-torch': 'imagenet',
  'keras-caffe': 'caffe',
};

/** What `--normalize` says in the help. */
export const normalizationHelp =
  'scale of 8-bit images: 0..255, 0..1, -1..1, imagenet, caffe (also keras-tf, keras-torch, keras-caffe), or mean:deviation, each ' +
  'one number or one a channel with commas (default: what the model or a file beside it says, else 0..1)';

/** @throws CliError */
export function parseNormalization(text: string | undefined): Normalization | undefined {
  if (text === undefined) return undefined;
  if (Object.hasOwn(named, text)) return named[text];
  const [mean, deviation, ...others] = text
    .split(':')
    .map((part) => part.split(',').map((word) => (word.trim() === '' ? NaN : Number(word))));
  if (!mean || !deviation || others.length > 0 || [...mean, ...deviation].some(Number.isNaN)) {
    throw new CliError(
      `--normalize is "${text}"; give ${Object.keys(named).join(', ')}, or mean:deviation such as 0.5:0.25 or ` +
        '0.4,0.5,0.6:0.2,0.2,0.2.',
    );
  }
  const single = (values: number[]): number | number[] => (values.length === 1 ? (values[0] ?? 0) : values);
  return { mean: single(mean), deviation: single(deviation) };
}
