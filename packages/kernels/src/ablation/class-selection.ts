import type { ClassSelection } from './contract.ts';

/** Returns how many classes of an input are explained, each with a map of its own. */
export function mapsPerInput(selection: ClassSelection, classes: number): number {
  if (selection === 'predicted') return 1;
  if (selection === 'all') return classes;
  return 'topK' in selection ? Math.min(selection.topK, classes) : selection.length;
}

/** Returns the classes that are explained of an input with these logits, `[M]`. */
export function classesOf(selection: ClassSelection, logits: ArrayLike<number>): Uint32Array {
  if (selection === 'predicted') return Uint32Array.of(largest(logits));
  const all = Uint32Array.from({ length: logits.length }, (_, c) => c);
  if (selection === 'all') return all;
  if (!('topK' in selection)) return Uint32Array.from(selection);
  // A stable order: of equal logits the first class, as for the predicted one.
  return all.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b).slice(0, selection.topK);
}

/** Returns the index of the largest value, the first one among equals. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if ((values[index] ?? -Infinity) > (values[best] ?? -Infinity)) best = index;
  }
  return best;
}
