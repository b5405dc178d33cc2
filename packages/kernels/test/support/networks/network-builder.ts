import type { ActivationName, MergeFunction, Operation, Shape, Tail, TailNode } from '../../../src/index.ts';

/** A tensor of a network that is being built. */
export type Node = number;

/** Builds networks node by node; their weights are zeros but for one that takes 32 bits, of the right number. */
export class NetworkBuilder {
  readonly nodes: TailNode[] = [];

  constructor(input: Shape) {
    this.add('input', { kind: 'constant' }, [], input);
  }

  readonly input: Node = 0;

  add(name: string, operation: Operation, inputs: readonly Node[], shape: Shape): Node {
    return this.nodes.push({ name, operation, inputs, shape }) - 1;
  }

  shape(node: Node): Shape {
    return this.nodes[node]?.shape ?? [];
  }

  channels(node: Node): number {
    return this.shape(node).at(-1) ?? 0;
  }

  convolution(name: string, x: Node, filters: number, size: number, stride = 1, valid = false): Node {
    const { sliding, positions } = this.#window(x, size, stride, valid);
    const kernel = kernelOf(size * size * this.channels(x) * filters);
    const bias = new Float32Array(filters);
    const operation = { kind: 'convolution', filters, ...sliding, dilation: [1, 1], kernel, bias } as const;
    return this.add(name, operation, [x], [...positions, filters]);
  }

  depthwise(name: string, x: Node, size: number, stride = 1): Node {
    const { sliding, positions } = this.#window(x, size, stride, false);
    const kernel = new Float32Array(size * size * this.channels(x));
    const operation = {
      kind: 'depthwise',
      multiplier: 1,
      ...sliding,
      dilation: [1, 1],
      kernel,
      bias: null,
    } as const;
    return this.add(name, operation, [x], [...positions, this.channels(x)]);
  }

  pool(
    name: string,
    x: Node,
    reduction: 'max' | 'average',
    size: number,
    stride: number,
    valid = true,
  ): Node {
    const { sliding, positions } = this.#window(x, size, stride, valid);
    return this.add(name, { kind: 'pool', reduction, ...sliding }, [x], [...positions, this.channels(x)]);
  }

  batchNormalization(name: string, x: Node): Node {
    const [scale, shift] = [new Float32Array(this.channels(x)), new Float32Array(this.channels(x))];
    return this.add(name, { kind: 'affine', scale, shift }, [x], this.shape(x));
  }

  activation(name: string, x: Node, what: ActivationName): Node {
    return this.add(name, { kind: 'activation', function: what }, [x], this.shape(x));
  }

  globalAverage(name: string, x: Node, kept: Shape = []): Node {
    return this.add(name, { kind: 'global-pool', reduction: 'average' }, [x], [...kept, this.channels(x)]);
  }

  flatten(name: string, x: Node): Node {
    return this.add(
      name,
      { kind: 'reshape' },
      [x],
      [this.shape(x).reduce((size, length) => size * length, 1)],
    );
  }

  dense(name: string, x: Node, units: number): Node {
    const kernel = kernelOf(this.channels(x) * units);
    const operation = { kind: 'dense', units, kernel, bias: new Float32Array(units) } as const;
    return this.add(name, operation, [x], [...this.shape(x).slice(0, -1), units]);
  }

  merge(name: string, what: MergeFunction, inputs: readonly Node[]): Node {
    return this.add(name, { kind: 'merge', function: what }, inputs, this.shape(inputs[0] ?? 0));
  }

  #window(
    x: Node,
    size: number,
    stride: number,
    valid: boolean,
  ): { sliding: { window: number[]; strides: number[]; padBefore: number[] }; positions: number[] } {
    const axes = this.shape(x)
      .slice(0, 2)
      .map((length) => {
        if (valid) return { before: 0, output: Math.floor((length - size) / stride) + 1 };
        const output = Math.ceil(length / stride);
        return { before: Math.floor(Math.max(0, (output - 1) * stride + size - length) / 2), output };
      });
    return {
      sliding: {
        window: [size, size],
        strides: [stride, stride],
        padBefore: axes.map(({ before }) => before),
      },
      positions: axes.map(({ output }) => output),
    };
  }

  /** The tail behind the last node of a name, up to the last node of all. */
  tail(name: string): Tail {
    const target = this.nodes.findLastIndex((node) => node.name === name);
    if (target < 0) throw new RangeError(`The network has no layer "${name}".`);
    const depends = this.nodes.map(() => false);
    depends[target] = true;
    const nodes = this.nodes.map((node, index): TailNode => {
      if (index === target) return { ...node, operation: { kind: 'target' }, inputs: [] };
      depends[index] ||= node.inputs.some((input) => depends[input]);
      return depends[index] ? node : { ...node, operation: { kind: 'constant' }, inputs: [] };
    });
    return { nodes, target, output: nodes.length - 1, scoreFunction: 'softmax' };
  }
}

/** Pages of zeros that nobody writes to take no memory. */
function kernelOf(length: number): Float32Array {
  const kernel = new Float32Array(length);
  kernel[0] = 0.1;
  return kernel;
}
