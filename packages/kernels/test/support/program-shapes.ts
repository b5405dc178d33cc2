import { outputTensors } from '../../src/lowering/program-builder.ts';
import { shapeIn, type Chunk, type Program, type ProgramNode } from '../../src/lowering.ts';

/**
 * Follows a program from its inputs to its output: everything is made before it is read, nothing is read after it was freed, and
 * every shape is what the operation gives. Holds for any engine, since nothing is computed.
 *
 * @throws Error that names the node
 */
export function checkProgram(program: Program, chunk: Chunk): void {
  const shapes = new Map<number, readonly number[]>();
  for (const { value, values, shape, variantAxis } of program.constants) {
    if (values.length !== product(shape))
      throw new Error(`constant ${value} has ${values.length} values for ${text(shape)}`);
    const read = shapeIn(program.values[value] ?? [], chunk);
    shape.forEach((length, axis) => {
      const ofChunk = axis === variantAxis ? read[axis] : length;
      if (read[axis] !== ofChunk)
        throw new Error(`constant ${value} is read as ${text(read)} of ${text(shape)}`);
    });
    shapes.set(value, read);
  }
  for (const value of [...program.given.map((given) => given.value), program.off]) {
    if (value !== null) shapes.set(value, shapeIn(program.values[value] ?? [], chunk));
  }
  const outputs = outputTensors(program);
  for (const nodes of [program.once, program.each, program.each]) {
    for (const node of nodes) {
      const inputs = node.inputs.map((input) => {
        const shape = shapes.get(input);
        if (!shape) throw new Error(`${describe(node)} reads tensor ${input}, which is not there`);
        return shape;
      });
      const declared = shapeIn(program.values[node.output] ?? [], chunk);
      const found = shapeOf(node, inputs, declared);
      if (!isSame(found, declared)) {
        throw new Error(
          `${describe(node)} of ${inputs.map(text).join(', ')} gives ${text(found)}, declared is ${text(declared)}`,
        );
      }
      shapes.set(node.output, declared);
      for (const freed of node.frees) {
        if (!shapes.delete(freed)) throw new Error(`${describe(node)} frees ${freed}, which is not there`);
      }
    }
    // Of a chunk nothing may be left over but the output.
    for (const { output } of nodes === program.each ? nodes : []) {
      if (!outputs.includes(output) && shapes.has(output)) throw new Error(`tensor ${output} is never freed`);
    }
  }
  for (const output of outputs) if (!shapes.has(output)) throw new Error(`the output ${output} is not made`);
}

/** The shape an operation gives, worked out from the definitions of `primitives.ts`. @param declared where the node decides it */
export function shapeOf(
  { operation }: ProgramNode,
  inputs: readonly (readonly number[])[],
  declared: readonly number[],
): readonly number[] {
  const [x = [], y = []] = inputs;
  switch (operation.kind) {
    case 'convolution':
      expect(
        y.length === 4 && (y[2] ?? 0) * operation.groups === x[3] && isWindow(operation.window, y),
        'kernel',
      );
      return [x[0] ?? 0, ...slid(operation, x), y[3] ?? 0];
    case 'depthwise':
      expect(y.length === 4 && y[2] === x[3] && isWindow(operation.window, y), 'kernel');
      return [x[0] ?? 0, ...slid(operation, x), (y[2] ?? 0) * (y[3] ?? 0)];
    case 'pool':
      expect(
        operation.padBefore.every((padding, axis) => padding < (operation.window[axis] ?? 0)),
        'padding',
      );
      return [x[0] ?? 0, ...slid(operation, x), x[3] ?? 0];
    case 'mat-mul':
      expect(x.length === 2 && y.length === 2 && x[1] === y[0], 'inner axis');
      return [x[0] ?? 0, y[1] ?? 0];
    case 'reduce':
      return x.map((length, axis) => (operation.axes.includes(axis) ? 1 : length));
    case 'softmax':
    case 'unary':
      return x;
    case 'binary':
      return broadcast(x, y);
    case 'reshape':
      expect(product(x) === product(declared), 'size');
      return declared;
    case 'transpose':
      expect(
        operation.axes.toSorted((a, b) => a - b).every((axis, i) => axis === i),
        'axes',
      );
      return operation.axes.map((axis) => x[axis] ?? 0);
    case 'slice':
      expect(operation.starts.length === x.length && operation.steps.length === x.length, 'axes');
      declared.forEach((length, axis) => {
        const last = (operation.starts[axis] ?? 0) + (length - 1) * (operation.steps[axis] ?? 1);
        expect(last < (x[axis] ?? 0), 'cells');
      });
      return declared;
    case 'concat': {
      const length = inputs.reduce((sum, shape) => sum + (shape[operation.axis] ?? 0), 0);
      expect(
        inputs.every((shape) => isSame(shape.with(operation.axis, 0), x.with(operation.axis, 0))),
        'shapes',
      );
      return x.with(operation.axis, length);
    }
    case 'pad':
      return x.map((length, axis) => length + (operation.before[axis] ?? 0) + (operation.after[axis] ?? 0));
    case 'gather':
      expect(y.length === 1, 'indices');
      return x.with(operation.axis, y[0] ?? 0);
    case 'resize-bilinear':
      expect(x.length === 4 && declared[0] === x[0] && declared[3] === x[3], 'image');
      return declared;
    case 'expand':
      return broadcast(x, declared);
  }
}

function slid(
  {
    window,
    strides,
    dilation,
    padBefore,
    padAfter,
  }: Record<'window' | 'strides' | 'dilation' | 'padBefore' | 'padAfter', readonly [number, number]>,
  x: readonly number[],
): number[] {
  expect(x.length === 4, 'image');
  return [0, 1].map((axis) => {
    const at = (numbers: readonly number[]): number => numbers[axis] ?? 0;
    const reach = (at(window) - 1) * at(dilation) + 1;
    return Math.floor(((x[axis + 1] ?? 0) + at(padBefore) + at(padAfter) - reach) / at(strides)) + 1;
  });
}

function isWindow(window: readonly number[], kernel: readonly number[]): boolean {
  return kernel[0] === window[0] && kernel[1] === window[1];
}

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [x = 1, y = 1] = [a[axis - rank + a.length], b[axis - rank + b.length]];
    expect(x === y || x === 1 || y === 1, 'shapes');
    return x === 1 ? y : x;
  });
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`does not fit: ${what}`);
}

function text(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

function describe({ operation, layers }: ProgramNode): string {
  return `${JSON.stringify(operation)} of ${layers.join(', ')}`;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

export function product(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}
