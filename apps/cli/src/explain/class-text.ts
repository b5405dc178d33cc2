import { printableName } from '@ablation-cam/model';

/** How a class is called in text and in drawings: its name with its index, or `class 3` where the name is no more than the index. */
export function classText(classNames: readonly string[], index: number): string {
  const name = classNames[index];
  return name === undefined || name === String(index)
    ? `class ${String(index)}`
    : `${printableName(name)} (class ${String(index)})`;
}
