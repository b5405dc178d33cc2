import { broadcastDims, type ConstantTensor, type ElementType } from '../constant-tensor.ts';
import { product } from '../layout.ts';
import { expanded, given, refused, type Folding } from './folding.ts';

/**
 * Returns a function of all inputs, broadcast to each other, element by element.
 *
 * @param type of the result; that of the last input where it is left out
 */
export function foldElementwise(
  compute: (...values: number[]) => number,
  type?: ElementType,
): (folding: Folding) => ConstantTensor {
  return (folding) => {
    const all = given(folding);
    const dims = broadcastDims(...all.map((tensor) => tensor.dims));
    if (!dims) throw refused(folding.node, 'combines tensors whose shapes do not fit');
    const sources = all.map((tensor) => expanded(folding, tensor, dims).values);
    const own = all.at(-1)?.type ?? 'float';
    const size = product(dims);
    const values =
      own === 'float' && sources.every((source) => source instanceof Float32Array)
        ? new Float32Array(size)
        : new Float64Array(size);
    const isWhole = (type ?? own) === 'integer';
    for (let i = 0; i < size; i++) {
      const value = compute(...sources.map((source) => source[i] ?? 0));
      // Division of integers drops the fraction.
      values[i] = isWhole ? Math.trunc(value) : value;
    }
    return { dims, type: type ?? own, values };
  };
}
