import { isRun, isSameOrder, refined, splitLayout, type Factors } from './layout.ts';
import type { ModelTensor, StoredTensor, TensorWriter } from './tensor-writer.ts';

/**
 * `[rows, inner]` times `[inner, columns]`. The order in which the sum runs is free: a constant's rows are sorted as the other
 * tensor is stored, so that flattened images whose channels lie in front need no exchange. Where positions lie behind the channels
 * the product is a convolution with a window of one cell, which leaves them there.
 */
export function multiplied(writer: TensorWriter, a: ModelTensor, b: ModelTensor): StoredTensor {
  const splits = refined(a.layout.axes[1] ?? [], b.layout.axes[0] ?? []);
  if (!splits) return multiplied(writer, writer.undivided(a), writer.undivided(b));
  const left = { ...a, layout: splitLayout(a.layout, splits[0]) };
  const right = { ...b, layout: splitLayout(b.layout, splits[1]) };
  const [rows = [], inner = []] = left.layout.axes;
  const [, columns = []] = right.layout.axes;
  const order = left.layout.dims.flat();
  const summed = order.filter((factor) => inner.includes(factor));
  const kept = order.filter((factor) => !inner.includes(factor));
  const canFollow = right.kind === 'constant' && isRun(summed, order) && isSameOrder(kept, rows);
  const start = summed[0] ? order.indexOf(summed[0]) : rows.length;
  if (canFollow && start < rows.length) {
    return pointwise(writer, left, right, {
      before: rows.slice(0, start),
      summed,
      after: rows.slice(start),
      columns,
    });
  }
  const by = canFollow ? summed : inner;
  const name = writer.model.add('MatMul', [
    writer.arranged(left, [rows, by]),
    writer.arranged(right, [by, columns]),
  ]);
  return writer.stored(name, [rows, columns], [rows, columns]);
}

interface Pointwise {
  readonly before: Factors;
  readonly summed: Factors;
  readonly after: Factors;
  readonly columns: Factors;
}

function pointwise(
  writer: TensorWriter,
  a: ModelTensor,
  kernel: ModelTensor,
  { before, summed, after, columns }: Pointwise,
): StoredTensor {
  // Dimensions as they are, where they are those of images.
  const [batch = [], channels = [], ...positions] = a.layout.dims;
  const isImages = isSameOrder(batch, before) && isSameOrder(channels, summed) && positions.length <= 2;
  const behind = isImages ? positions : [after];
  const window = behind.map(() => []);
  const name = writer.model.add('Conv', [
    writer.arranged(a, [before, summed, ...behind]),
    writer.arranged(kernel, [columns, summed, ...window]),
  ]);
  return writer.stored(name, [[...before, ...after], columns], [before, columns, ...behind]);
}
