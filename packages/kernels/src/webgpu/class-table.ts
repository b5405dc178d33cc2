import { classesOf } from '../ablation/class-selection.ts';
import type { ClassSelection } from '../ablation/contract.ts';
import type { InputChunk } from './chunked-ablation.ts';

/** Stands for the predicted class of each input; `CLASS_PREDICTED` in `score-change.wgsl`. */
const CLASS_PREDICTED = 0xffffffff;

/** The classes that are explained, as kernels take them. */
export interface ClassTable {
  /** `[M]`, or `[inputs, M]` where inputs differ. */
  readonly indices: Uint32Array;
  readonly isPerInput: boolean;
}

/** @param logits of all inputs, `[inputs, classes]`; looked at where the selection depends on them */
export function classTable(selection: ClassSelection, classes: number, logits: Float32Array): ClassTable {
  if (selection === 'predicted') return { indices: Uint32Array.of(CLASS_PREDICTED), isPerInput: false };
  if (!dependsOnLogits(selection)) {
    return { indices: classesOf(selection, new Float32Array(classes)), isPerInput: false };
  }
  const rows = Array.from({ length: logits.length / classes }, (_, n) =>
    classesOf(selection, logits.subarray(n * classes, (n + 1) * classes)),
  );
  const indices = Uint32Array.from(rows.flatMap((row) => [...row]));
  return { indices, isPerInput: true };
}

/** Whether the CPU has to see the logits before the GPU can be told the classes. */
export function dependsOnLogits(selection: ClassSelection): boolean {
  return typeof selection === 'object' && 'topK' in selection;
}

/** The classes of a chunk of inputs. @param maps classes of each input */
export function chunkClasses(
  { indices, isPerInput }: ClassTable,
  { firstInput, inputs }: Pick<InputChunk, 'firstInput' | 'inputs'>,
  maps: number,
): Uint32Array {
  return isPerInput ? indices.subarray(firstInput * maps, (firstInput + inputs) * maps) : indices;
}
