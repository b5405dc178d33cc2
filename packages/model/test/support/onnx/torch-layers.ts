import { floatTensor, type OnnxBuilder, type AttributeValue } from '@ablation-cam/tools/onnx-builder';

interface ConvOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
  readonly dilation?: number;
  readonly bias?: boolean;
}

/** Layers as PyTorch's exporter writes them: nodes named by the modules they are in, sizes left to be computed. */
export class TorchLayers {
  readonly #channels = new Map<string, number>();

  constructor(
    readonly b: OnnxBuilder,
    /** Axes of positions. */
    readonly positionAxes: 1 | 2 = 2,
  ) {}

  input(name: string, channels: number, ...positions: (number | string)[]): string {
    this.#channels.set(name, channels);
    return this.b.input(name, ['batch', channels, ...positions]);
  }

  channels(x: string): number {
    const found = this.#channels.get(x);
    if (found === undefined) throw new Error(`Nobody knows the channels of ${x}.`);
    return found;
  }

  conv(at: string, x: string, filters: number, options: ConvOptions = {}): string {
    const {
      kernel = 1,
      stride = 1,
      padding = Math.floor(kernel / 2),
      groups = 1,
      dilation = 1,
      bias = false,
    } = options;
    const perGroup = this.channels(x) / groups;
    const both = (value: number): number[] => new Array<number>(this.positionAxes).fill(value);
    const scale = Math.sqrt(3 / (perGroup * kernel ** this.positionAxes));
    const weights = this.b.weight([filters, perGroup, ...both(kernel)], scale, `${at}.weight`);
    const inputs = bias ? [x, weights, this.b.weight([filters], 0.1, `${at}.bias`)] : [x, weights];
    const attributes = {
      dilations: both(dilation),
      group: groups,
      kernel_shape: both(kernel),
      pads: [...both(padding), ...both(padding)],
      strides: both(stride),
    };
    return this.#made(filters, this.node('Conv', at, inputs, attributes));
  }

  batchNorm(at: string, x: string, epsilon = 1e-5): string {
    const channels = this.channels(x);
    const { b } = this;
    const positive = (name: string): string =>
      b.floats(
        [channels],
        b.random.floats(channels).map((value) => 1 + 0.3 * value),
        `${at}.${name}`,
      );
    const parameters = [
      positive('weight'),
      b.weight([channels], 0.2, `${at}.bias`),
      b.weight([channels], 0.2, `${at}.running_mean`),
    ];
    return this.#made(
      channels,
      this.node('BatchNormalization', at, [x, ...parameters, positive('running_var')], {
        epsilon,
        momentum: 0.9,
      }),
    );
  }

  /** A node of one tensor, or several, that keeps the channels of the first. */
  same(
    type: string,
    at: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
  ): string {
    return this.#made(this.channels(inputs[0] ?? ''), this.node(type, at, inputs, attributes));
  }

  relu(at: string, x: string): string {
    return this.same('Relu', at, [x]);
  }

  relu6(at: string, x: string): string {
    const bound = (value: number): string =>
      this.node('Constant', at, [], { value: floatTensor('', [], [value]) });
    return this.same('Clip', at, [x, bound(0), bound(6)]);
  }

  silu(at: string, x: string): string {
    return this.same('Mul', at, [x, this.same('Sigmoid', at, [x])]);
  }

  pool(
    type: 'MaxPool' | 'AveragePool',
    at: string,
    x: string,
    kernel: number,
    stride: number,
    padding = 0,
    ceil = 0,
  ): string {
    const both = (value: number): number[] => new Array<number>(this.positionAxes).fill(value);
    const attributes = {
      ceil_mode: ceil,
      kernel_shape: both(kernel),
      pads: [...both(padding), ...both(padding)],
      strides: both(stride),
    };
    const counted = type === 'AveragePool' ? { count_include_pad: 1 } : {};
    return this.same(type, at, [x], { ...attributes, ...counted });
  }

  globalPool(x: string, at = '/avgpool'): string {
    return this.same('GlobalAveragePool', at, [x]);
  }

  concat(at: string, inputs: readonly string[]): string {
    const total = inputs.reduce((sum, x) => sum + this.channels(x), 0);
    return this.#made(total, this.node('Concat', at, inputs, { axis: 1 }));
  }

  flatten(x: string, features = this.channels(x)): string {
    return this.#made(features, this.node('Flatten', '', [x], { axis: 1 }));
  }

  linear(at: string, x: string, units: number): string {
    const inputs = this.channels(x);
    const weights = this.b.weight([units, inputs], Math.sqrt(3 / inputs), `${at}.weight`);
    const bias = this.b.weight([units], 0.1, `${at}.bias`);
    return this.#made(
      units,
      this.node('Gemm', at, [x, weights, bias], { alpha: { float: 1 }, beta: { float: 1 }, transB: 1 }),
    );
  }

  /** The sizes of a tensor along its axes, each a scalar that a node takes out of Shape. */
  length(at: string, x: string, axis: number): string {
    const shape = this.node('Shape', at, [x]);
    return this.node('Gather', at, [shape, this.b.ints([axis], [])], { axis: 0 });
  }

  reshape(at: string, x: string, lengths: readonly string[], channels: number): string {
    const parts = lengths.map((length) => this.node('Unsqueeze', at, [length, this.b.ints([0])]));
    return this.#made(channels, this.node('Reshape', at, [x, this.node('Concat', at, parts, { axis: 0 })]));
  }

  scalar(value: number): string {
    return this.b.ints([value], []);
  }

  known(x: string, channels: number): string {
    return this.#made(channels, x);
  }

  node(
    type: string,
    at: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
    outputs = 1,
  ): string {
    const base = `${at.startsWith('/') || at === '' ? at : `/${at}`}/${type}`;
    const taken = this.b.nodes.filter(({ name }) => name === base || name.startsWith(`${base}_`)).length;
    return this.b.node(type, inputs, attributes, {
      name: taken === 0 ? base : `${base}_${String(taken)}`,
      outputs,
    });
  }

  #made(channels: number, name: string): string {
    this.#channels.set(name, channels);
    return name;
  }
}
