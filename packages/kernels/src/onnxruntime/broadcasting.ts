import { aligned, type Factors } from './layout.ts';
import type { ModelTensor, StoredTensor, TensorWriter } from './tensor-writer.ts';

/**
 * An operation on two tensors, element by element, broadcast. The result is stored as the one of them that has all cells
 * is, and the other one follows it: a bias of channels costs no exchange of axes, wherever channels lie.
 */
export function binary(writer: TensorWriter, opType: string, a: ModelTensor, b: ModelTensor): StoredTensor {
  const layouts = aligned(a.layout, b.layout);
  if (!layouts) return binary(writer, opType, writer.undivided(a), writer.undivided(b));
  const [left, right] = layouts;
  const [first, second] = [
    { ...a, layout: left },
    { ...b, layout: right },
  ];
  const axes = left.axes.map((factors, axis) => (factors.length > 0 ? factors : (right.axes[axis] ?? [])));
  const dims = commonDims(first, second, axes);
  const operands = [first, second].map((tensor) => {
    const own = new Set(tensor.layout.dims.flat());
    return writer.arranged(
      tensor,
      dims.map((group) => group.filter((factor) => own.has(factor))),
    );
  });
  return writer.stored(writer.model.add(opType, operands), axes, dims);
}

/** Dimensions each of which both tensors have whole or not at all. */
function commonDims(a: ModelTensor, b: ModelTensor, axes: readonly Factors[]): readonly Factors[] {
  const all = axes.flat();
  const hasAll = (tensor: ModelTensor): boolean => tensor.layout.dims.flat().length === all.length;
  const [lead] = [a, b]
    .filter(hasAll)
    .toSorted((x, y) => Number(x.kind === 'constant') - Number(y.kind === 'constant'));
  if (!lead) return axes;
  const other = new Set((lead === a ? b : a).layout.dims.flat());
  const isMixed = lead.layout.dims.some(
    (group) => group.some((factor) => other.has(factor)) && !group.every((factor) => other.has(factor)),
  );
  return isMixed ? lead.layout.dims.flat().map((factor) => [factor]) : lead.layout.dims;
}
