import { ModelError, readInput, type ModelInput, type ReadInputOptions } from '@ablation-cam/model';
import type { ModelDescription } from '../protocol/descriptions.ts';
import { isTextName } from '../state/is-text-name.ts';
import { inputText } from '../views/format.ts';

/**
 * Reads a file as the input of a network; the numbers of a text are ordered as that takes them.
 *
 * @throws ModelError, for numbers of another count as well
 */
export async function readFile(
  file: File,
  description: ModelDescription,
  options: ReadInputOptions,
): Promise<ModelInput> {
  const { name } = file;
  if (!isTextName(name)) return readInput(file, options);
  const { signalFromText } = await import('../state/text-signal.ts');
  const signal = signalFromText(await file.text(), options.shape);
  if (!signal) return readInput(file, options);
  if (signal.fits) return readInput(signal.npy, { ...options, name });
  const [lines, values] = signal.shape;
  throw new ModelError(
    'invalid-input',
    `${name} holds ${counted(lines, 'line')} of ${counted(values, 'number')}, and ${description.name} takes ` +
      `${inputText(description)}. Give it such ${description.takes === 'image' ? 'an image' : 'a signal'}, or choose another network.`,
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
