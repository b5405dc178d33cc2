import { halved, type SeededRandom } from '@ablation-cam/tools/testing';
import type { ActivationName, Operation, Shape, TailNode } from '../../src/index.ts';
import { randomWindow } from './random-window.ts';

const ACTIVATIONS: readonly ActivationName[] = [
  'relu',
  'relu6',
  'leaky-relu',
  'elu',
  'selu',
  'sigmoid',
  'hard-sigmoid',
  'tanh',
  'softplus',
  'softsign',
  'swish',
  'gelu',
  'gelu-tanh',
  'mish',
  'thresholded-relu',
  'error-function',
  'hard-swish',
  'squareplus',
];

/** A tail while it is drawn. */
export class TailDrawing {
  readonly nodes: TailNode[] = [];
  readonly constants = new Map<number, Float32Array>();

  constructor(
    readonly random: SeededRandom,
    target: Shape,
    /** Whether a constant comes before the target, whose place in the tail is not always the first. */
    startsWithConstant: boolean,
    /** Whether kernels are of numbers that 16 bits hold. */
    readonly isHalved = false,
  ) {
    if (startsWithConstant) this.constant([2, 3]);
    this.target = this.add({ kind: 'target' }, [], target);
    this.last = this.target;
  }

  readonly target: number;
  last: number;

  add(operation: Operation, inputs: readonly number[], shape: Shape): number {
    const index =
      this.nodes.push({ name: `${operation.kind}_${this.nodes.length}`, operation, inputs, shape }) - 1;
    this.last = index;
    return index;
  }

  shape(node: number): Shape {
    return this.nodes[node]?.shape ?? [];
  }

  constant(shape: Shape): number {
    const index = this.add({ kind: 'constant' }, [], shape);
    this.constants.set(index, this.random.floats(product(shape)));
    return index;
  }

  addOpaque(): void {
    const x = this.pickNode();
    const shape = this.shape(x);
    this.add({ kind: 'opaque', layerClass: 'Cube', reason: 'nobody knows cubes' }, [x], shape);
  }

  /** Mostly the latest tensor, sometimes an earlier one: that makes branches. */
  pickNode(): number {
    const { random } = this;
    if (random.uniform() < 0.7) return this.last;
    const others = this.nodes.map((_, i) => i).filter((i) => this.dependsOnTarget(i));
    return random.uniform() < 0.9 ? random.pick(others) : random.integer(this.target, this.nodes.length - 1);
  }

  activation(): Operation {
    const name = this.random.pick(ACTIVATIONS);
    return { kind: 'activation', function: name, alpha: this.random.uniform(0.1, 0.5) };
  }

  maybe<T>(make: () => T): T | null {
    return this.random.uniform() < 0.7 ? make() : null;
  }

  kernel(length: number, limit: number): Float32Array {
    const kernel = this.random.floats(length, -limit, limit);
    return this.isHalved ? halved(kernel) : kernel;
  }

  dense(x: number, units: number): number {
    const shape = this.shape(x);
    const inputs = shape.at(-1) ?? 1;
    const limit = 1.5 / Math.sqrt(inputs);
    const kernel = this.kernel(inputs * units, limit);
    const bias = this.maybe(() => this.random.floats(units));
    return this.add({ kind: 'dense', units, kernel, bias }, [x], [...shape.slice(0, -1), units]);
  }

  /** A function of numbers between 0.5 and 2.5: of a sigmoid that is shifted. */
  positiveFunction(x: number): number {
    const { random } = this;
    const shape = this.shape(x);
    const channels = shape.at(-1) ?? 1;
    const sigmoid = this.add({ kind: 'activation', function: 'sigmoid' }, [x], shape);
    const [scale, shift] = [random.floats(channels, 0.5, 1), random.floats(channels, 0.5, 1.5)];
    const positive = this.add({ kind: 'affine', scale, shift }, [sigmoid], shape);
    const name = random.pick(['exponential', 'logarithm', 'power', 'reciprocal'] as const);
    const alpha = random.pick([0.5, -0.75, 1.7, -2]);
    return this.add({ kind: 'activation', function: name, alpha }, [positive], shape);
  }

  convolution(x: number, filters: number): number {
    const { random } = this;
    const shape = this.shape(x);
    const channels = shape.at(-1) ?? 1;
    const { sliding, positions } = randomWindow(random, shape, true);
    const groups = random.pick([1, 1, 2, 3].filter((count) => channels % count === 0));
    const all = groups * Math.ceil(filters / groups);
    const rows = (product(sliding.window) * channels) / groups;
    const limit = 1.5 / Math.sqrt(rows);
    const kernel = this.kernel(rows * all, limit);
    const bias = this.maybe(() => random.floats(all));
    const operation = { kind: 'convolution', filters: all, groups, ...sliding, kernel, bias } as const;
    return this.add(operation, [x], [...positions, all]);
  }

  depthwise(x: number): number {
    const { random } = this;
    const shape = this.shape(x);
    const multiplier = random.integer(1, 3);
    const results = (shape.at(-1) ?? 1) * multiplier;
    const { sliding, positions } = randomWindow(random, shape, true);
    const kernel = random.floats(product(sliding.window) * results);
    const bias = this.maybe(() => random.floats(results));
    return this.add(
      { kind: 'depthwise', multiplier, ...sliding, kernel, bias },
      [x],
      [...positions, results],
    );
  }

  affine(x: number): number {
    const shape = this.shape(x);
    const channels = shape.at(-1) ?? 1;
    const scale = this.random.floats(channels, -1.5, 1.5);
    return this.add({ kind: 'affine', scale, shift: this.random.floats(channels) }, [x], shape);
  }

  pool(x: number): number {
    const shape = this.shape(x);
    const { sliding, positions } = randomWindow(this.random, shape, false);
    const { window, strides, padBefore } = sliding;
    const reduction = this.random.pick(['max', 'average'] as const);
    return this.add(
      { kind: 'pool', reduction, window, strides, padBefore },
      [x],
      [...positions, shape.at(-1) ?? 1],
    );
  }

  globalPool(x: number, kept: Shape = []): number {
    const reduction = this.random.pick(['max', 'average'] as const);
    return this.add({ kind: 'global-pool', reduction }, [x], [...kept, this.shape(x).at(-1) ?? 1]);
  }

  dependsOnTarget(node: number): boolean {
    return (
      node === this.target || (this.nodes[node]?.inputs ?? []).some((input) => this.dependsOnTarget(input))
    );
  }
}

export function product(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}
