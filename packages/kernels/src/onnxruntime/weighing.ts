import type { StepPlan } from '../plan/step-plan.ts';
import type { WeightValues } from '../plan/weights.ts';
import { lengthOf } from './layout.ts';
import type { OnnxModelBuilder } from './onnx-model.ts';
import type { ModelTensor, TensorWriter } from './tensor-writer.ts';

/** Names under which a weighing is fed and fetched. */
export const WEIGHING = {
  /** The class, int64 `[1]`; PREDICTED where it is each input's own. */
  classIndex: 'class_index',
  /** int64 `[1]`: 1 where the fall of the logit counts, 0 where that of the score does. */
  byLogit: 'by_logit',
  /** `[inputs, channels]` */
  weights: 'weights',
  /** sum_k w_k A_k, `[inputs, positions]` */
  map: 'map',
} as const;

export const PREDICTED = -1n;

/** How far logits fall in each variant. */
export type WrittenDrops =
  /** `[inputs * channels, classes]` */
  | { readonly kind: 'logit-drops'; readonly value: ModelTensor }
  /** (base - off) times a row of the kernel, `[inputs, channels]` and `[channels, classes]`. */
  | {
      readonly kind: 'streams';
      readonly base: ModelTensor;
      readonly off: ModelTensor;
      readonly kernel: WeightValues;
    };

/** What weights are made of. */
export interface WeighedTensors {
  /** `[inputs, ...positions, channels]` */
  readonly activation: ModelTensor;
  /** Of the network: `[inputs, 1, ..., classes]`, or with one class where the plan has two. */
  readonly logits: ModelTensor;
  readonly drops: WrittenDrops;
}

const INPUTS = { times: 1, per: 'input' } as const;

/** The number that ONNX has for float64 as the type to cast to, and that for float32. */
const [DOUBLE, FLOAT, BOOLEAN] = [11, 1, 9];

/**
 * Writes how the weights of one class, (y - y_k) / |y|, and its map are made, behind a program that takes all variants at once.
 * What the activation and the falls of the logits are needed for otherwise, they do not leave ONNX Runtime. Weights are made in
 * float64, the map is summed in float32. They are of use where they are finite: no care is taken of exponentials beyond float64.
 */
export function writeWeighing(
  writer: TensorWriter,
  { activation, logits, drops }: WeighedTensors,
  { channels, classes, scoreFunction }: Pick<StepPlan, 'channels' | 'classes' | 'scoreFunction'>,
): void {
  const { model } = writer;
  const x = new DoubleNodes(model);
  const asked = model.input(WEIGHING.classIndex, 'int64', [1]);
  const byLogit = x.op('Cast', [model.input(WEIGHING.byLogit, 'int64', [1])], { to: BOOLEAN });
  const z = logitsOf(writer, x, logits, classes);
  const predicted = x.op('ArgMax', [z], { axis: 1, keepdims: 1 });
  const isPredicted = x.op('Less', [asked, model.integers([0])]);
  const chosen = x.op('Where', [isPredicted, predicted, asked]);
  const fall = dropsOf(writer, x, drops, channels, classes);
  const own = fall.of(chosen);
  const ownLogit = x.reshaped(x.at(z, chosen), [-1, 1, 1]);
  const byScore =
    scoreFunction === 'softmax'
      ? softmaxDrop(x, z, predicted, fall, own, classes)
      : scoreFunction === 'sigmoid'
        ? sigmoidDrop(x, ownLogit, own)
        : null;
  const ofLogit = logitDrop(x, ownLogit, own);
  const weights = byScore === null ? ofLogit : x.op('Where', [byLogit, ofLogit, byScore]);
  const single = x.op('Cast', [weights], { to: FLOAT });
  model.output(WEIGHING.weights, x.reshaped(single, [-1, channels]), [INPUTS, channels]);
  const { axes } = activation.layout;
  const positions = axes.slice(1, -1).flat();
  const planes = writer.arranged(activation, [axes[0] ?? [], axes.at(-1) ?? [], positions]);
  const map = x.op('MatMul', [x.reshaped(single, [-1, 1, channels]), planes]);
  model.output(WEIGHING.map, map, [INPUTS, 1, lengthOf(positions)]);
}

/** `[inputs, classes]`; a single logit z becomes (-z, z). */
function logitsOf(writer: TensorWriter, x: DoubleNodes, logits: ModelTensor, classes: number): string {
  const width = lengthOf(logits.layout.axes.slice(1).flat());
  const single = width === 1 && classes === 2;
  const z = x.double(writer.arranged(logits, logits.layout.axes));
  const rows = x.reshaped(z, [-1, single ? 1 : classes]);
  return single ? x.op('Concat', [x.op('Neg', [rows]), rows], { axis: 1 }) : rows;
}

/** Falls of logits, float64. */
interface Falls {
  /** Of a class of each input, `[inputs, 1]` -> `[inputs, channels, 1]`. */
  of(classIndex: string): string;
  /** v = d_m - d_c, how far each class gains on a class of each input, `[inputs, channels, classes]`. */
  gainOn(classIndex: string): string;
}

function dropsOf(
  writer: TensorWriter,
  x: DoubleNodes,
  drops: WrittenDrops,
  channels: number,
  classes: number,
): Falls {
  if (drops.kind === 'logit-drops') {
    const { value } = drops;
    const all = x.reshaped(x.double(writer.arranged(value, value.layout.axes)), [-1, channels, classes]);
    const of = (classIndex: string): string => {
      const places = x.op('Expand', [
        x.reshaped(classIndex, [-1, 1, 1]),
        writer.model.integers([1, channels, 1]),
      ]);
      return x.op('GatherElements', [all, places], { axis: 2 });
    };
    return { of, gainOn: (classIndex) => x.op('Sub', [of(classIndex), all]) };
  }
  const { base, off, kernel } = drops;
  const stream = (tensor: ModelTensor): string => x.double(writer.arranged(tensor, tensor.layout.axes));
  const features = x.reshaped(x.op('Sub', [stream(base), stream(off)]), [-1, channels, 1]);
  const rows = x.double(writer.model.constant(Float32Array.from(kernel), [channels, classes]));
  const column = (classIndex: string): string =>
    x.op('Transpose', [x.op('Gather', [rows, classIndex], { axis: 1 })], { perm: [1, 0, 2] });
  return {
    of: (classIndex) => x.op('Mul', [features, column(classIndex)]),
    gainOn: (classIndex) => x.op('Mul', [features, x.op('Sub', [column(classIndex), rows])]),
  };
}

/** As `SoftmaxChange.relativeDrop`: (T - S (exp(v_m) - 1)) / (S + T), `[inputs, channels, 1]`. */
function softmaxDrop(
  x: DoubleNodes,
  z: string,
  predicted: string,
  fall: Falls,
  own: string,
  classes: number,
): string {
  const e = x.op('Exp', [x.op('Sub', [z, x.at(z, predicted)])]);
  const sum = x.reshaped(x.op('ReduceSum', [e, x.axis(1)]), [-1, 1, 1]);
  const grown = (gain: string): string => x.op('Sub', [x.op('Exp', [gain]), x.number(1)]);
  const terms = x.op('MatMul', [grown(fall.gainOn(predicted)), x.reshaped(e, [-1, classes, 1])]);
  const change = grown(x.op('Sub', [fall.of(predicted), own]));
  const numerator = x.op('Sub', [terms, x.op('Mul', [sum, change])]);
  return x.op('Div', [numerator, x.op('Add', [sum, terms])]);
}

/** As `SigmoidChange.relativeDrop`, `[inputs, channels, 1]`. */
function sigmoidDrop(x: DoubleNodes, z: string, d: string): string {
  const zero = x.number(0);
  const one = x.number(1);
  const decay = (value: string): string => x.op('Exp', [x.op('Neg', [x.op('Abs', [value])])]);
  const size = x.op('Div', [x.op('Sub', [one, decay(d)]), x.op('Add', [one, decay(x.op('Sub', [z, d]))])]);
  const least = x.op('Min', [d, zero]);
  const rest = x.op('Sub', [z, x.op('Max', [d, zero])]);
  const grown = x.op('Exp', [x.op('Neg', [x.op('Max', [least, rest])])]);
  return x.op('Mul', [x.op('Mul', [x.op('Sign', [d]), size]), grown]);
}

/** d / |z|, 0 where z is 0, `[inputs, channels, 1]`. */
function logitDrop(x: DoubleNodes, z: string, d: string): string {
  const size = x.op('Abs', [z]);
  const isZero = x.op('Equal', [size, x.number(0)]);
  const quotient = x.op('Div', [d, x.op('Where', [isZero, x.number(1), size])]);
  return x.op('Where', [isZero, x.number(0), quotient]);
}

/** Writes nodes on float64 tensors. */
class DoubleNodes {
  readonly #model: OnnxModelBuilder;
  readonly #numbers = new Map<number, string>();

  constructor(model: OnnxModelBuilder) {
    this.#model = model;
  }

  op(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
  ): string {
    return this.#model.add(type, inputs, attributes);
  }

  double(tensor: string): string {
    return this.op('Cast', [tensor], { to: DOUBLE });
  }

  number(value: number): string {
    const known = this.#numbers.get(value) ?? this.double(this.#model.constant(Float32Array.of(value), []));
    this.#numbers.set(value, known);
    return known;
  }

  /** @param shape -1 is the number of inputs */
  reshaped(tensor: string, shape: readonly number[]): string {
    return this.op('Reshape', [tensor, this.#model.integers(shape)]);
  }

  /** The value of a class of each input, `[inputs, 1]`. */
  at(values: string, classIndex: string): string {
    return this.op('GatherElements', [values, classIndex], { axis: 1 });
  }

  axis(axis: number): string {
    return this.#model.integers([axis]);
  }
}
