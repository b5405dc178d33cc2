import type { TailDrawing } from './tail-drawing.ts';

/** x + f(x) with a convolution or dense layer as f. */
export function addResidual(drawing: TailDrawing, x: number): void {
  const shape = drawing.shape(x);
  let branch = x;
  if (drawing.random.uniform() < 0.5) branch = drawing.add(drawing.activation(), [branch], shape);
  branch = drawing.dense(branch, shape.at(-1) ?? 1);
  if (drawing.random.uniform() < 0.5) branch = drawing.affine(branch);
  drawing.add(
    { kind: 'merge', function: 'add' },
    drawing.random.pick([
      [x, branch],
      [branch, x],
    ]),
    shape,
  );
  if (drawing.random.uniform() < 0.5) drawing.add(drawing.activation(), [drawing.last], shape);
}

/** Squeeze-and-excitation. */
export function addGate(drawing: TailDrawing, x: number): void {
  const shape = drawing.shape(x);
  if (shape.length < 2) return;
  const channels = shape.at(-1) ?? 1;
  const ones = drawing.random.uniform() < 0.5 ? shape.slice(0, -1).map(() => 1) : [];
  drawing.add({ kind: 'global-pool', reduction: 'average' }, [x], [...ones, channels]);
  const few = drawing.dense(drawing.last, Math.max(1, channels >> 1));
  drawing.add(drawing.activation(), [few], drawing.shape(few));
  const gate = drawing.dense(drawing.last, channels);
  drawing.add({ kind: 'activation', function: 'sigmoid' }, [gate], drawing.shape(gate));
  drawing.add({ kind: 'merge', function: 'multiply' }, [x, drawing.last], shape);
}

/** A few channels more beside x, as in DenseNet: deltas on a segment of the channels. */
export function addDenseBlock(drawing: TailDrawing, x: number): void {
  const { random } = drawing;
  const shape = drawing.shape(x);
  const added = drawing.dense(x, random.integer(1, 3));
  const channels = [shape, drawing.shape(added)].reduce((sum, own) => sum + (own.at(-1) ?? 0), 0);
  const inputs = random.pick([
    [x, added],
    [added, x],
  ]);
  let y = drawing.add({ kind: 'concatenate', axis: shape.length - 1 }, inputs, [
    ...shape.slice(0, -1),
    channels,
  ]);
  const next = random.pick(['depthwise', 'pool', 'activation', 'convolution'] as const);
  if (random.uniform() < 0.5) y = drawing.affine(y);
  if (next === 'activation') drawing.add(drawing.activation(), [y], drawing.shape(y));
  else if (next === 'convolution') drawing.convolution(y, random.integer(1, 4));
  else drawing[next](y);
  if (next === 'depthwise') drawing.convolution(drawing.last, random.integer(1, 4));
}

/** A convolution with the activation and pooling that a step may take over, once or twice. */
export function addPooledConvolution(drawing: TailDrawing, x: number): void {
  const { random } = drawing;
  let y = drawing.convolution(x, random.integer(1, 4));
  if (random.uniform() < 0.5) y = drawing.affine(y);
  if (random.uniform() < 0.6) y = drawing.add(drawing.activation(), [y], drawing.shape(y));
  if (random.uniform() < 0.2) {
    const summand = drawing.constant(drawing.shape(y));
    y = drawing.add({ kind: 'merge', function: 'add' }, [y, summand], drawing.shape(y));
  }
  y = drawing.pool(y);
  if (random.uniform() < 0.4) y = drawing.pool(y);
  if (random.uniform() < 0.4) drawing.globalPool(y);
}
