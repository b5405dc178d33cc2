import type { Length } from '../lowering/length.ts';
import type { Program, ProgramNode, Tensor } from '../lowering/program.ts';
import { lengthOf, plainLayout, withOwnFactors, type Layout } from './layout.ts';
import { OnnxModelBuilder, type OnnxModel } from './onnx-model.ts';
import { writePrimitive } from './primitives.ts';
import { TensorWriter, type ModelTensor } from './tensor-writer.ts';

/** Nodes of a program as a model: what is fed and fetched, by the program's numbers. */
export interface ProgramModel {
  readonly model: OnnxModel;
  readonly inputs: readonly FedTensor[];
  readonly outputs: readonly Tensor[];
  /** How the outputs lie that were left as they were stored. */
  readonly layouts: ReadonlyMap<Tensor, Layout>;
  /** How many multiply-adds each number of the output `LEFT_OUT` stands for, for each input; empty where nothing is left out. */
  readonly leftOut: readonly number[];
}

export interface FedTensor {
  readonly tensor: Tensor;
  readonly dims: readonly Length[];
}

/** What of a program is written, and how it goes in and out. */
export interface WrittenPart {
  readonly nodes: readonly ProgramNode[];
  /** What is read afterwards, of what the nodes make or are given. */
  readonly outputs: readonly Tensor[];
  /** The outputs that only another part reads: they may lie as they are stored. */
  readonly handedOn?: ReadonlySet<Tensor>;
  /** How inputs lie that another part has handed on. */
  readonly layouts?: ReadonlyMap<Tensor, Layout>;
  /** Writes what is to come behind the nodes. */
  readonly more?: WriteMore | undefined;
}

/** Adds nodes, inputs and outputs of its own to a program that is written. */
export type WriteMore = (writer: TensorWriter, valueOf: (tensor: Tensor) => ModelTensor) => void;

/** What the first variant of a chunk is fed as. */
export const FIRST_VARIANT = 'first_variant';

/** What a run leaves out is fetched as, float `[operations]`. */
export const LEFT_OUT = 'left_out';

/** The name under which a tensor of a program is fed. */
export function nameOf(tensor: Tensor): string {
  return `tensor_${String(tensor)}`;
}

/** The name under which it is fetched. */
export function fetchedName(tensor: Tensor): string {
  return `fetched_${String(tensor)}`;
}

/**
 * Writes nodes of a program as an ONNX model. The number of inputs stays open.
 *
 * @param variants those of a chunk, and of the plan
 */
export function writeProgram(
  program: Pick<Program, 'values' | 'constants'>,
  { nodes, outputs, handedOn = new Set(), layouts = new Map(), more }: WrittenPart,
  variants: { readonly chunk: number; readonly all: number },
): ProgramModel {
  const model = new OnnxModelBuilder();
  const constants = new Map(program.constants.map((constant) => [constant.value, constant]));
  const tensors = new Map<Tensor, ModelTensor>();
  const inputs: FedTensor[] = [];
  const stored = new Map<Tensor, Layout>();
  let first: string | null = null;
  const writer = new TensorWriter(model, variants, {
    first: () => (first ??= model.input(FIRST_VARIANT, 'int64', [1])),
    counted: () => {
      const [counted] = inputs.filter(({ dims }) => countsInputs(dims[0]));
      if (counted === undefined)
        throw new RangeError('No input of the model says how many inputs there are.');
      return nameOf(counted.tensor);
    },
  });
  const valueOf = (tensor: Tensor): ModelTensor => {
    const known = tensors.get(tensor);
    if (known) return known;
    const shape = program.values[tensor] ?? [];
    const constant = constants.get(tensor);
    const given = layouts.get(tensor);
    const layout = given ? withOwnFactors(given) : plainLayout(shape, variants.chunk);
    if (!constant) {
      const dims = layout.dims.map(lengthOf);
      model.input(nameOf(tensor), 'float32', dims);
      inputs.push({ tensor, dims });
    }
    const value: ModelTensor = constant
      ? writer.constant(constant, shape)
      : writer.stored(nameOf(tensor), layout.axes, layout.dims);
    tensors.set(tensor, value);
    return value;
  };
  const made = new Set(nodes.map(({ output }) => output));
  // Inputs first: an operation may ask how many there are.
  for (const tensor of [...nodes.flatMap((node) => node.inputs), ...outputs]) {
    if (!made.has(tensor) && !constants.has(tensor)) valueOf(tensor);
  }
  for (const { operation, inputs: read, output } of nodes) {
    tensors.set(output, writePrimitive(operation, read.map(valueOf), program.values[output] ?? [], writer));
  }
  for (const tensor of outputs) {
    const value = valueOf(tensor);
    const { axes, dims } = value.layout;
    const isHandedOn = handedOn.has(tensor);
    if (isHandedOn) stored.set(tensor, value.layout);
    const order = isHandedOn ? dims : axes;
    model.output(fetchedName(tensor), writer.arranged(value, order), order.map(lengthOf));
  }
  more?.(writer, valueOf);
  const leftOut = writeLeftOut(writer);
  return { model: model.finish(), inputs, outputs, layouts: stored, leftOut };
}

/** Gives out what operations leave out, and returns what each of the numbers counts. */
function writeLeftOut({ model, leftOut }: TensorWriter): number[] {
  if (leftOut.length > 0) {
    const each = leftOut.map(({ cells }) => model.add('Reshape', [cells, model.integers([1])]));
    model.output(LEFT_OUT, model.add('Concat', each, { axis: 0 }), [leftOut.length]);
  }
  return leftOut.map(({ operations }) => operations);
}

function countsInputs(length: Length | undefined): boolean {
  return typeof length === 'object' && length.per === 'input' && length.times === 1;
}
