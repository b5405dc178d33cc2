import { isRun, isSameOrder, refined, splitLayout, type Factors } from './layout.ts';
import type { ModelTensor, StoredTensor, TensorWriter } from './tensor-writer.ts';

/**
 * `[rows, inner]` times `[inner, columns]`. The order in which the sum runs is free: a constant's rows are sorted as the other
 * tensor is stored, so that flattened images whose channels lie in front need no exchange. Where positions lie behind the channels
 * the product is a convolution with a window of one cell, which leaves them there.
 */
export function multiplied(
  writer: TensorWriter,
  a: ModelTensor,
  b: ModelTensor,
  skipsZeros: boolean,
): StoredTensor {
  const splits = refined(a.layout.axes[1] ?? [], b.layout.axes[0] ?? []);
  if (!splits) return multiplied(writer, writer.undivided(a), writer.undivided(b), skipsZeros);
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
  const factors = [writer.arranged(left, [rows, by]), writer.arranged(right, [by, columns])] as const;
  const pays = right.kind === 'constant' && cells(rows) >= ROWS && cells([...by, ...columns]) >= WEIGHTS;
  const name = writer.model.add(
    'MatMul',
    skipsZeros && pays ? withoutZeros(writer, ...factors, cells(by), cells([...rows, ...columns])) : factors,
  );
  return writer.stored(name, [rows, columns], [rows, columns]);
}

/** Rows and weights from which on bringing the weights that count together takes much less than what is saved. */
const [ROWS, WEIGHTS] = [256, 2 ** 20];

/** The number that ONNX has for float32 as the type to cast to. */
const FLOAT = 1;

function cells(factors: Factors): number {
  return factors.reduce((product, { length }) => product * length, 1);
}

/** Both without the columns of the first that are zero throughout; its first column stays, so that no product is of nothing. */
function withoutZeros(
  writer: TensorWriter,
  a: string,
  b: string,
  inner: number,
  operations: number,
): readonly [string, string] {
  const { model } = writer;
  // Sums, which a NaN does not get lost in.
  const sizes = model.add('ReduceSum', [model.add('Abs', [a]), model.integers([0])], { keepdims: 0 });
  const first = new Float32Array(inner);
  first[0] = 1;
  const places = model.add('NonZero', [model.add('Add', [sizes, model.constant(first, [inner])])]);
  const used = model.add('Reshape', [places, model.integers([-1])]);
  const count = model.add('Cast', [model.add('Size', [used])], { to: FLOAT });
  writer.leftOut.push({ cells: model.add('Sub', [writer.numbers([inner], []), count]), operations });
  return [model.add('Gather', [a, used], { axis: 1 }), model.add('Gather', [b, used], { axis: 0 })];
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
