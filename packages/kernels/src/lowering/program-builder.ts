import {
  broadcastShape,
  countsVariants,
  describeShape,
  isSameLength,
  isSameProgramShape,
  longer,
  type Length,
  type ProgramShape,
} from './length.ts';
import { finishedNodes, type MadeNode } from './finish.ts';
import type { BinaryFunction, Primitive, UnaryFunction } from './primitives.ts';
import type { GivenTensor, Program, ProgramConstant, ProgramOutput, Tensor } from './program.ts';

type ConstantValues = ProgramConstant['values'];

/**
 * A program while it is written. What does not depend on the variants is found by itself, and so is what is asked for twice: the
 * same operation on the same tensors is one node.
 */
export class ProgramBuilder {
  readonly #shapes: ProgramShape[] = [];
  readonly #constants: ProgramConstant[] = [];
  readonly #given: GivenTensor[] = [];
  readonly #nodes: MadeNode[] = [];
  readonly #known = new Map<string, Tensor>();
  readonly #arrays = new Map<ConstantValues, number>();
  readonly #scalars = new Map<number, Tensor>();
  /** What each reshaped tensor was before. */
  readonly #unshaped = new Map<Tensor, Tensor>();
  /** What each expanded tensor was before. */
  readonly #unexpanded = new Map<Tensor, Tensor>();
  /** The tensors that differ from chunk to chunk of variants. */
  readonly #perChunk = new Set<Tensor>();
  #off: Tensor | null = null;
  #layers: readonly string[] = [];

  /**
   * @param variantCount of the plan
   * @param isWhole whether all of them go in one chunk
   * @param mostOperations multiply-adds that a node may take for one input or variant, where it can be cut
   * @param takesGroups whether convolutions in groups are written as such; otherwise as one, whose kernel has zeros
   */
  constructor(
    readonly variantCount: number,
    readonly isWhole: boolean,
    readonly mostOperations: number,
    readonly takesGroups: boolean,
  ) {}

  /** The layers that the nodes to come belong to. */
  nameLayers(layers: readonly string[]): void {
    this.#layers = layers;
  }

  /** `times` cells for every variant of a chunk. */
  variants(times = 1): Length {
    return this.isWhole ? times * this.variantCount : { times, per: 'variant' };
  }

  /** `times` cells for every variant of every input. */
  rows(times = 1): Length {
    return this.isWhole ? this.inputs(times * this.variantCount) : { times, per: 'row' };
  }

  inputs(times = 1): Length {
    return { times, per: 'input' };
  }

  shape(tensor: Tensor): ProgramShape {
    const shape = this.#shapes[tensor];
    if (!shape) throw new RangeError(`There is no tensor ${String(tensor)}.`);
    return shape;
  }

  given(node: number, shape: readonly number[]): Tensor {
    const value = this.#tensor([this.inputs(), ...shape]);
    this.#given.push({ node, value });
    return value;
  }

  /** The value of each channel that is off. */
  off(channels: number): Tensor {
    this.#off ??= this.#tensor([this.inputs(), channels]);
    return this.#off;
  }

  constant(values: ConstantValues, shape: readonly number[]): Tensor {
    return this.#constant(values, shape, null);
  }

  /** An array with a cell for every variant along `axis`, of which a chunk reads its own. */
  perVariant(values: ConstantValues, shape: readonly number[], axis: number): Tensor {
    return this.#constant(values, shape, this.isWhole ? null : axis);
  }

  scalar(value: number): Tensor {
    const known = this.#scalars.get(value) ?? this.constant(Float64Array.of(value), []);
    this.#scalars.set(value, known);
    return known;
  }

  add(operation: Primitive, inputs: readonly Tensor[], shape: ProgramShape): Tensor {
    const key = JSON.stringify([operation, inputs, shape]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const output = this.#tensor(shape);
    if (inputs.some((input) => this.#perChunk.has(input)) || shape.some(countsVariants)) {
      this.#perChunk.add(output);
    }
    this.#known.set(key, output);
    const perChunk = this.#perChunk.has(output);
    this.#nodes.push({ operation, inputs, output, layers: this.#layers, perChunk });
    return output;
  }

  unary(name: UnaryFunction, x: Tensor, alpha = 0): Tensor {
    const once = this.#unexpanded.get(x);
    if (once !== undefined) return this.expand(this.unary(name, once, alpha), this.shape(x));
    return this.add({ kind: 'unary', function: name, alpha }, [x], this.shape(x));
  }

  binary(name: BinaryFunction, a: Tensor, b: Tensor): Tensor {
    const shape = broadcastShape(this.shape(a), this.shape(b));
    // What the operation repeats by itself is not written down for it.
    for (const [x, y] of [
      [this.#unexpanded.get(a), b],
      [a, this.#unexpanded.get(b)],
    ]) {
      if (x === undefined || y === undefined) continue;
      if (isSameProgramShape(broadcastShape(this.shape(x), this.shape(y)), shape))
        return this.binary(name, x, y);
    }
    return this.add({ kind: 'binary', function: name }, [a, b], shape);
  }

  /** x times a number. */
  scaled(x: Tensor, factor: number): Tensor {
    return factor === 1 ? x : this.binary('multiply', x, this.scalar(factor));
  }

  reshape(x: Tensor, shape: ProgramShape): Tensor {
    const from = this.#unshaped.get(x) ?? x;
    if (isSameProgramShape(this.shape(from), shape)) return from;
    const vector = this.alikeEverywhere(from);
    if (vector !== null && hasEndsOf(shape, this.shape(from))) return this.everywhere(vector, shape);
    const reshaped = this.add({ kind: 'reshape' }, [from], shape);
    this.#unshaped.set(reshaped, from);
    return reshaped;
  }

  /** The axes before the last one as one. */
  asRows(x: Tensor): Tensor {
    const shape = this.shape(x);
    const [batch = 1, ...others] = shape;
    const [channels = 1] = others.slice(-1);
    const positions = definite(others.slice(0, -1)).reduce((product, length) => product * length, 1);
    return this.reshape(x, [longer(batch, positions), channels]);
  }

  transpose(x: Tensor, axes: readonly number[]): Tensor {
    if (axes.every((from, axis) => from === axis)) return x;
    const shape = this.shape(x);
    return this.add(
      { kind: 'transpose', axes },
      [x],
      axes.map((axis) => shape[axis] ?? 1),
    );
  }

  /** Cells along the axes; those that `lengths` leaves out are taken whole. */
  slice(x: Tensor, cells: ReadonlyMap<number, { start: number; length: number; step?: number }>): Tensor {
    const from = this.shape(x);
    const shape = from.map((length, axis) => cells.get(axis)?.length ?? length);
    const steps = from.map((_, axis) => cells.get(axis)?.step ?? 1);
    if (isSameProgramShape(from, shape)) return x;
    const starts = from.map((_, axis) => cells.get(axis)?.start ?? 0);
    return this.add({ kind: 'slice', starts, steps }, [x], shape);
  }

  /** Zeros around the axes, `[before, after]` each. */
  pad(x: Tensor, zeros: ReadonlyMap<number, readonly [number, number]>): Tensor {
    if ([...zeros.values()].every(([before, after]) => before === 0 && after === 0)) return x;
    const [before, after] = ([0, 1] as const).map((end) =>
      this.shape(x).map((_, axis) => zeros.get(axis)?.[end] ?? 0),
    );
    const shape = this.shape(x).map((length, axis) => {
      const [front, back] = zeros.get(axis) ?? [0, 0];
      return typeof length === 'number' ? length + front + back : length;
    });
    return this.add({ kind: 'pad', before: before ?? [], after: after ?? [] }, [x], shape);
  }

  /** @param indices int32, `[n]` */
  gather(x: Tensor, indices: Tensor, axis: number): Tensor {
    const [count = 1] = this.shape(indices);
    const shape = this.shape(x).map((length, i) => (i === axis ? count : length));
    return this.add({ kind: 'gather', axis }, [x, indices], shape);
  }

  concat(tensors: readonly Tensor[], axis: number): Tensor {
    const [first] = tensors;
    if (first === undefined) throw new RangeError('Nothing to put together.');
    if (tensors.length === 1) return first;
    const length = definite(tensors.map((x) => this.shape(x)[axis] ?? 1)).reduce((sum, own) => sum + own, 0);
    const shape = this.shape(first).map((own, i) => (i === axis ? length : own));
    return this.add({ kind: 'concat', axis }, tensors, shape);
  }

  expand(x: Tensor, shape: ProgramShape): Tensor {
    const own = this.shape(x);
    if (isSameProgramShape(own, shape)) return x;
    if (!isSameProgramShape(broadcastShape(own, shape), shape)) {
      throw new RangeError(`A tensor of shape ${describeShape(own)} is no part of ${describeShape(shape)}.`);
    }
    const expanded = this.add({ kind: 'expand' }, [x], shape);
    this.#unexpanded.set(expanded, x);
    return expanded;
  }

  /** `[batch, channels]` of a tensor `[batch, ...positions, channels]` that was expanded to be alike at all positions, or null. */
  alikeEverywhere(x: Tensor): Tensor | null {
    const before = this.#unexpanded.get(x);
    if (before === undefined) return null;
    const [own, shape] = [this.shape(before), this.shape(x)];
    const isVector = hasEndsOf(own, shape) && own.slice(1, -1).every((length) => isSameLength(length, 1));
    return isVector ? this.reshape(before, [own[0] ?? 1, own.at(-1) ?? 1]) : null;
  }

  /** `[batch, channels]` at all positions of a shape. */
  everywhere(x: Tensor, shape: ProgramShape): Tensor {
    const [batch = 1, channels = 1] = this.shape(x);
    return this.expand(this.reshape(x, [batch, ...shape.slice(1, -1).map(() => 1), channels]), shape);
  }

  reduce(x: Tensor, reduction: 'max' | 'average', axes: readonly number[]): Tensor {
    const from = this.shape(x);
    if (axes.every((axis) => isSameLength(from[axis] ?? 1, 1))) return x;
    const shape = from.map((length, axis) => (axes.includes(axis) ? 1 : length));
    return this.add({ kind: 'reduce', reduction, axes }, [x], shape);
  }

  zeros(shape: ProgramShape): Tensor {
    return this.expand(
      this.constant(
        ZERO,
        shape.map(() => 1),
      ),
      shape,
    );
  }

  /** @param fetched what is read besides the output */
  finish<Output extends ProgramOutput | null>(
    output: Output,
    fetched: readonly Tensor[] = [],
  ): Program<Output> {
    const given = [...this.#given.map(({ value }) => value), this.#off].filter((value) => value !== null);
    const { once, each, read } = finishedNodes(this.#nodes, given, outputTensors({ output, fetched }));
    const isRead = (value: Tensor | null): value is Tensor => value !== null && read.has(value);
    return {
      variants: this.isWhole ? 'all' : 'chunks',
      values: this.#shapes,
      constants: this.#constants.filter(({ value }) => isRead(value)),
      given: this.#given.map(({ node, value }) => ({ node, value: isRead(value) ? value : null })),
      off: isRead(this.#off) ? this.#off : null,
      once,
      each,
      output,
      fetched,
    };
  }

  #tensor(shape: ProgramShape): Tensor {
    return this.#shapes.push(shape) - 1;
  }

  #constant(values: ConstantValues, shape: readonly number[], variantAxis: number | null): Tensor {
    const array = this.#arrays.get(values) ?? this.#arrays.size;
    this.#arrays.set(values, array);
    const key = JSON.stringify(['constant', array, shape, variantAxis]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const read = shape.map((length, axis): Length => {
      return axis === variantAxis ? this.variants(length / this.variantCount) : length;
    });
    const value = this.#tensor(read);
    if (variantAxis !== null) this.#perChunk.add(value);
    this.#known.set(key, value);
    this.#constants.push({ value, values, shape, variantAxis });
    return value;
  }
}

const ZERO = Float32Array.of(0);

/** @throws RangeError where a length depends on the chunk */
export function definite(lengths: ProgramShape): number[] {
  return lengths.map((length) => {
    if (typeof length === 'number') return length;
    throw new RangeError(`The lengths ${describeShape(lengths)} depend on the chunk.`);
  });
}

/** What of a program its caller reads. */
export function outputTensors({ output, fetched }: Pick<Program, 'output' | 'fetched'>): readonly Tensor[] {
  return output === null ? fetched : [...endTensors(output), ...fetched];
}

function endTensors(output: ProgramOutput): readonly Tensor[] {
  switch (output.kind) {
    case 'logit-drops':
      return [output.value];
    case 'streams':
      return [output.base, output.off];
    case 'frontier':
      return output.tensors.map(({ value }) => value);
  }
}

/** Whether the first and the last axis are those of another shape. */
function hasEndsOf(shape: ProgramShape, other: ProgramShape): boolean {
  return [0, -1].every((axis) => isSameLength(shape.at(axis) ?? 1, other.at(axis) ?? 1)) && shape.length > 1;
}
