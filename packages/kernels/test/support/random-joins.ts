import type { MergeFunction, Shape } from '../../src/index.ts';
import type { TailDrawing } from './tail-drawing.ts';

const MERGES: readonly MergeFunction[] = ['add', 'subtract', 'multiply', 'average', 'maximum', 'minimum'];

/** With earlier tensors of the same shape, with the channels' means, or with a constant. */
export function addMerge(drawing: TailDrawing, x: number): void {
  const { random } = drawing;
  const shape = drawing.shape(x);
  const name = random.pick(MERGES);
  const others = drawing.nodes.map((_, i) => i).filter((i) => same(drawing.shape(i), shape));
  let inputs = [x, random.pick(others)];
  if (name !== 'subtract' && random.uniform() < 0.2) inputs.push(random.pick(others));
  if (shape.length === 1 && random.uniform() < 0.2) {
    const larger = [random.integer(1, 3), ...shape];
    drawing.add({ kind: 'merge', function: name }, [x, drawing.constant(larger)], larger);
    return;
  }
  const broadcast = random.uniform();
  if (broadcast < 0.15) inputs = [x, drawing.constant(shape)];
  else if (broadcast < 0.3) inputs = [x, drawing.constant(shape.slice(-1))];
  else if (broadcast < 0.4 && shape.length > 1) {
    inputs = [x, drawing.add({ kind: 'global-pool', reduction: 'average' }, [x], shape.slice(-1))];
  } else if (broadcast < 0.5) {
    inputs = [x, drawing.dense(x, 1)];
  }
  if (random.uniform() < 0.3) inputs.reverse();
  drawing.add({ kind: 'merge', function: name }, inputs, shape);
}

export function addConcatenate(drawing: TailDrawing, x: number): void {
  const { random } = drawing;
  const shape = drawing.shape(x);
  const axis = random.uniform() < 0.7 ? shape.length - 1 : random.integer(0, shape.length - 1);
  const fits = (other: Shape): boolean =>
    other.length === shape.length && other.every((length, i) => i === axis || length === shape[i]);
  const others = drawing.nodes.map((_, i) => i).filter((i) => fits(drawing.shape(i)));
  const inputs = [x, random.pick(others)];
  if (random.uniform() < 0.3) inputs.push(random.pick(others));
  if (random.uniform() < 0.2) inputs.push(drawing.constant(shape));
  if (random.uniform() < 0.5) inputs.reverse();
  const length = inputs.reduce((sum, i) => sum + (drawing.shape(i)[axis] ?? 0), 0);
  drawing.add({ kind: 'concatenate', axis }, inputs, shape.with(axis, length));
}

function same(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
