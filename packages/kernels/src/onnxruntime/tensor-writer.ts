import { shapeIn, type Length, type ProgramShape } from '../lowering/length.ts';
import type { ProgramConstant } from '../lowering/program.ts';
import {
  factorsOf,
  isRun,
  isSameDims,
  isSameOrder,
  lengthOf,
  plainLayout,
  type Factors,
  type Layout,
} from './layout.ts';
import { exchangeAxes } from './exchange-axes.ts';
import type { OnnxModelBuilder, Subgraph } from './onnx-model.ts';

/** A tensor of the model that is written. */
export interface StoredTensor {
  readonly kind: 'stored';
  readonly name: string;
  readonly layout: Layout;
}

/** Numbers known beforehand: they are stored in whatever order is first asked for. */
export interface KnownTensor {
  readonly kind: 'constant';
  readonly values: ProgramConstant['values'];
  readonly layout: Layout;
  /** Whether a chunk reads those of its own variants. */
  readonly isCut: boolean;
}

export type ModelTensor = StoredTensor | KnownTensor;

/** Products with 0 that an operation leaves out. */
export interface LeftOut {
  /** The name of a float `[]` that tells for how many cells; it is the same for all images. */
  readonly cells: string;
  /** Multiply-adds for each cell and input. */
  readonly operations: number;
}

/** The names of constants in the orders in which they were stored. */
type StoredConstants = Map<ProgramConstant['values'], { dims: string; order: string; name: string }[]>;

/** Writes tensors in the orders that operations need. */
export class TensorWriter {
  /** Variants of a chunk. */
  readonly variants: number;
  /** Whether that is all of the plan's. */
  readonly isWhole: boolean;
  readonly model: OnnxModelBuilder;
  /** What operations leave out. */
  readonly leftOut: LeftOut[] = [];
  /** Variants of the plan. */
  readonly #all: number;
  /** The name of an int64 `[1]` with the first variant of the chunk; asked for only by constants that are cut. */
  readonly #first: () => string;
  /** A tensor with a first dimension that counts inputs. */
  readonly #counted: () => string;
  #inputs: string | null = null;
  #stored: StoredConstants = new Map();

  constructor(
    model: OnnxModelBuilder,
    variants: { readonly chunk: number; readonly all: number },
    names: { readonly first: () => string; readonly counted: () => string },
  ) {
    this.model = model;
    this.variants = variants.chunk;
    this.isWhole = variants.chunk === variants.all;
    this.#all = variants.all;
    this.#first = names.first;
    this.#counted = names.counted;
  }

  constant({ values, variantAxis }: ProgramConstant, shape: ProgramShape): KnownTensor {
    const layout = plainLayout(shape, this.variants);
    return { kind: 'constant', values, layout, isCut: variantAxis !== null };
  }

  /** A result, stored with these dimensions. */
  stored(name: string, axes: readonly Factors[], dims: readonly Factors[]): StoredTensor {
    return { kind: 'stored', name, layout: { axes, dims } };
  }

  factors(length: Length): Factors {
    return factorsOf(length, this.variants);
  }

  /** A length of the chunk, which counts nothing but inputs. */
  length(length: Length): Length {
    return lengthOf(this.factors(length));
  }

  /** Returns the name of the tensor with these dimensions, which hold all its factors. */
  arranged(tensor: ModelTensor, dims: readonly Factors[]): string {
    if (tensor.kind === 'constant') return this.#arrangedConstant(tensor, dims);
    const { name, layout } = tensor;
    const order = dims.flat();
    if (isSameOrder(layout.dims.flat(), order)) return this.#withDims(name, layout.dims, dims);
    // As few dimensions as do: neighbors that stay neighbors are one.
    const runs = layout.dims.every((group) => isRun(group, order))
      ? layout.dims
      : runsOf(layout.dims.flat(), order);
    const sorted = runs
      .filter((run) => run.length > 0)
      .toSorted((a, b) => order.indexOf(a[0]!) - order.indexOf(b[0]!));
    const target = [...sorted, ...runs.filter((run) => run.length === 0)];
    const perm = target.map((run) => runs.indexOf(run));
    const moved = this.model.add('Transpose', [this.#withDims(name, layout.dims, runs)], { perm });
    return this.#withDims(moved, target, dims);
  }

  /** The same tensor with its dimensions in the order of its axes. */
  plain(tensor: ModelTensor): StoredTensor {
    const { axes } = tensor.layout;
    return this.stored(this.arranged(tensor, axes), axes, axes);
  }

  /** The same cells with one factor an axis: where two tensors are divided in ways that do not meet. */
  undivided(tensor: ModelTensor): StoredTensor {
    const { axes } = tensor.layout;
    const whole = axes.map((factors) => factorsOfWhole(factors));
    return this.stored(this.arranged(tensor, axes), whole, whole);
  }

  /** A branch that owns what it stores of constants; see `OnnxModelBuilder.branchWithConstants`. */
  branchWithConstants(write: () => readonly string[]): Subgraph {
    const around = this.#stored;
    this.#stored = new Map();
    const branch = this.model.branchWithConstants(write);
    this.#stored = around;
    return branch;
  }

  /** A scalar or list of numbers. */
  numbers(values: readonly number[], dims: readonly number[]): string {
    return this.model.constant(Float32Array.from(values), dims);
  }

  /** The name of an int64 `[lengths]` with their values in the run. */
  lengths(lengths: readonly Length[]): string {
    if (lengths.every((length) => typeof length === 'number')) return this.model.integers(lengths);
    const parts = lengths.map((length) => {
      if (typeof length === 'number') return this.model.integers([length]);
      this.#inputs ??= this.model.add('Gather', [
        this.model.add('Shape', [this.#counted()]),
        this.model.integers([0]),
      ]);
      const { times } = length;
      return times === 1 ? this.#inputs : this.model.add('Mul', [this.#inputs, this.model.integers([times])]);
    });
    return this.model.add('Concat', parts, { axis: 0 });
  }

  #withDims(name: string, from: readonly Factors[], to: readonly Factors[]): string {
    if (isSameDims(from, to)) return name;
    const lengths = to.map(lengthOf);
    // The one that counts inputs is what is left over.
    const open = lengths.filter((length) => typeof length !== 'number').length;
    if (open > 1) throw new RangeError('Two dimensions of a tensor count inputs.');
    const shape = this.model.integers(lengths.map((length) => (typeof length === 'number' ? length : -1)));
    return this.model.add('Reshape', [name, shape]);
  }

  #arrangedConstant(tensor: KnownTensor, dims: readonly Factors[]): string {
    const { values, layout, isCut } = tensor;
    if (isCut) {
      // The cells of a chunk lie together only from the factor on that counts its variants.
      const apart = dims.flatMap((group) => {
        const at = group.findIndex(({ perVariant }) => perVariant);
        return at > 0 ? [group.slice(0, at), group.slice(at)] : [group];
      });
      if (apart.length > dims.length)
        return this.#withDims(this.#arrangedConstant(tensor, apart), apart, dims);
    }
    const host = (factors: Factors): number =>
      factors.reduce((product, { length, perVariant }) => {
        return product * (isCut && perVariant ? (length / this.variants) * this.#all : length);
      }, 1);
    const from = layout.dims.flat();
    const order = dims.flat();
    const perm = order.map((factor) => from.indexOf(factor));
    const lengths = from.map((factor) => host([factor]));
    const shape = dims.map(host);
    const known = this.#stored.get(values) ?? [];
    this.#stored.set(values, known);
    const key = { order: `${lengths.join()} ${perm.join()}`, dims: shape.join() };
    let name = known.find(({ order: own, dims: ownDims }) => own === key.order && ownDims === key.dims)?.name;
    if (name === undefined) {
      name = this.model.constant(typed(exchangeAxes(values, lengths, perm)), shape);
      known.push({ ...key, name });
    }
    if (!isCut) return name;
    const axis = dims.findIndex((group) => group.some(({ perVariant }) => perVariant));
    if (axis < 0) return name;
    const [own = 1] = shapeIn([lengthOf(dims[axis] ?? [])], { inputs: 1, variants: this.variants });
    const times = own / this.variants;
    const start =
      times === 1 ? this.#first() : this.model.add('Mul', [this.#first(), this.model.integers([times])]);
    const end = this.model.add('Add', [start, this.model.integers([own])]);
    return this.model.add('Slice', [name, start, end, this.model.integers([axis])]);
  }
}

/** The longest pieces of a list whose factors are neighbors in the other list, too. */
function runsOf(from: Factors, to: Factors): Factors[] {
  const runs: Factor[][] = [];
  for (const factor of from) {
    const last = runs.at(-1);
    if (last && isRun([...last, factor], to)) last.push(factor);
    else runs.push([factor]);
  }
  return runs;
}

type Factor = Factors[number];

function factorsOfWhole(factors: Factors): Factors {
  if (factors.length < 2) return factors;
  const length = lengthOf(factors);
  const perVariant = factors.some((factor) => factor.perVariant);
  return [
    typeof length === 'number'
      ? { length, perInput: false, perVariant }
      : { length: length.times, perInput: true, perVariant },
  ];
}

function typed(values: ProgramConstant['values']): Float32Array | Int32Array {
  return values instanceof Float64Array ? Float32Array.from(values) : values;
}
