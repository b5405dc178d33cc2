import type { ClassSelection } from '@ablation-cam/kernels';
import { XaiError } from '../errors.ts';
import type { ClassIndexOption } from '../explanation/options.ts';

/** @throws XaiError `invalid-option` for an empty list or a class the model does not have */
export function selectedClasses(option: ClassIndexOption, classes: number): ClassSelection {
  if (typeof option === 'string') return option;
  const indices = typeof option === 'number' ? [option] : option;
  if (indices.length === 0) throw new XaiError('invalid-option', 'The list of classes is empty.');
  for (const index of indices) checkClass(index, classes);
  return indices;
}

/** @throws XaiError `invalid-option` */
export function checkClass(index: number, classes: number): void {
  if (Number.isInteger(index) && index >= 0 && index < classes) return;
  throw new XaiError(
    'invalid-option',
    `Class ${String(index)} is out of range: the model has ${String(classes)} classes, 0 to ${String(classes - 1)}.`,
  );
}
