import type { AdapterModelName } from '@ablation-cam/kernels';
import { decodeNpy, readFile } from '@ablation-cam/model';
import type { SetPlan } from '@ablation-cam/model/results';
import type { Ablation, ClassIndexOption } from '@ablation-cam/xai';
import { CliError } from '../errors.ts';

/** The command line of `explain`, its words not yet read; what says what is explained and how is as in the plan of a set. */
export interface ExplainRequest extends Omit<SetPlan['options'], 'drop' | 'weights'> {
  readonly input?: string | undefined;
  readonly model: string;
  readonly backend: 'auto' | 'webgpu' | 'onnxruntime' | 'wasm' | 'cpu';
  readonly executor: 'auto' | 'webgpu' | 'onnxruntime' | 'tfjs' | 'reference';
  readonly labels?: string | undefined;
  readonly layers?: true | undefined;
  readonly plan?: true | undefined;
  /** With `plan`: the GPU it is counted for. */
  readonly adapter?: AdapterModelName | undefined;
  readonly compare?: true | undefined;
  readonly ablatedScores?: true | undefined;
  readonly out: string;
  readonly json?: true | undefined;
  readonly writesFiles: boolean;
}

/** @throws CliError for a class that is neither an index nor a known name */
export function parseClasses(text: string, classNames: readonly string[]): ClassIndexOption {
  if (text === 'predicted' || text === 'all') return text;
  const whole = classNames.indexOf(text);
  if (whole >= 0) return whole;
  const indices = text.split(',').map((part) => {
    const word = part.trim();
    const byName = classNames.indexOf(word);
    if (byName >= 0) return byName;
    if (/^\d+$/.test(word)) return Number(word);
    const names = classNames.length > 0 ? ` or one of ${classNames.join(', ')}` : '';
    throw new CliError(`--class is "${word}"; give predicted, all, a class index${names}.`);
  });
  const [only] = indices;
  return indices.length === 1 && only !== undefined ? only : indices;
}

/** @throws CliError, ModelError */
export async function parseAblation(text: string): Promise<Ablation> {
  if (text === 'zero' || text === 'zero-kernel' || text === 'channel-mean') return text;
  if (text.endsWith('.npy')) {
    return Float32Array.from(decodeNpy(await readFile(text), text).data, Number);
  }
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (values.some(Number.isNaN)) {
    throw new CliError(
      `--ablation is "${text}"; give zero, zero-kernel, channel-mean, one number a channel (a,b,c), or a .npy file.`,
    );
  }
  return values;
}
