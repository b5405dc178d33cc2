import type { ClassSelection } from '@ablation-cam/kernels';
import { XaiError } from '../errors.ts';
import { wholeNumber } from '../methods/check-option.ts';
import type { ClassIndexOption } from '../methods/options.ts';

/** @throws XaiError `invalid-option` for an empty list, a class the network does not have, or a `topK` below 1 */
export function selectedClasses(option: ClassIndexOption, classes: number): ClassSelection {
  if (typeof option === 'string') return option;
  if (typeof option === 'object' && 'topK' in option) {
    return { topK: Math.min(wholeNumber('topK', option.topK), classes) };
  }
  const indices = typeof option === 'number' ? [option] : option;
  if (indices.length === 0) throw new XaiError('invalid-option', 'The list of classes is empty.');
  for (const index of indices) checkClass(index, classes);
  return indices;
}

/** Returns the classes with the highest logits, the highest first; of equal ones the first comes first. */
export function topClasses(logits: Float32Array, count: number): number[] {
  return [...logits.keys()].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b).slice(0, count);
}

/** @throws XaiError `invalid-option` */
export function checkClass(index: number, classes: number): void {
  if (Number.isInteger(index) && index >= 0 && index < classes) return;
  throw new XaiError(
    'invalid-option',
    `Class ${String(index)} is out of range: the model has ${String(classes)} classes, 0 to ${String(classes - 1)}.`,
  );
}
