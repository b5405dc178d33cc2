import type { EvaluatedOperation, OperationMap } from '../../operations/operation.ts';
import { slidingOf } from '../../operations/sliding-window.ts';
import type { ConvolutionOperation } from '../../operations/convolution.ts';
import type { DenseOperation } from '../../operations/dense.ts';
import type { MergeOperation } from '../../operations/merge.ts';
import type { ConcatenateOperation } from '../../operations/concatenate.ts';
import type { PropagatedOperation } from '../../plan/steps.ts';
import type { StepConstants } from '../steps/step-constants.ts';
import { convolutionLaunches } from './convolution.ts';
import { combineLaunches, type Combination, type DeviceOperand } from './elementwise.ts';
import type { Launch } from '../launch/launch.ts';
import { moveLaunches, placeLaunch } from './moves.ts';
import { normalizationLaunches } from './normalization.ts';
import { wholeOf, type Result } from './result.ts';
import { depthwiseLaunches, poolLaunches, resizeLaunches, type WindowSource } from './windows.ts';

/** What an operation works with on a stream. */
export interface StreamWork {
  /** The first of the inputs. */
  readonly x: WindowSource;
  readonly inputs: readonly WindowSource[];
  readonly constants: StepConstants;
  readonly result: Result;
}

/** On a stream or, where the result says so, on deltas. */
export interface KernelRow<Operation> {
  readonly by: 'kernel';
  readonly launches: (
    operation: Operation,
    source: WindowSource,
    constants: StepConstants,
    result: Result,
  ) => Launch[];
}

/** An element-wise combination of the input with an array of the operation's own. */
export interface CombinationRow<Operation> {
  readonly by: 'combination';
  readonly combination: Combination;
  readonly array: (operation: Operation, constants: StepConstants) => DeviceOperand;
}

/** Only on streams: on deltas it is a step of its own, or part of one. */
export interface StreamRow<Operation> {
  readonly by: 'stream';
  readonly launches: (operation: Operation, work: StreamWork) => Launch[];
}

/** A reshape needs no launch. */
export type LaunchedKind = Exclude<EvaluatedOperation['kind'], 'reshape'>;

/** A row of an operation that is taken on deltas as well as on streams. */
export type ChangeRow<Operation> = KernelRow<Operation> | CombinationRow<Operation>;

export type LaunchRow<Operation> = ChangeRow<Operation> | StreamRow<Operation>;

const move: KernelRow<OperationMap['permute' | 'pad' | 'crop' | 'repeat']> = {
  by: 'kernel',
  launches: (operation, source, { buffer }, result) => moveLaunches(operation, source, buffer, result),
};

const pool: KernelRow<OperationMap['pool' | 'global-pool']> = {
  by: 'kernel',
  launches: (operation, source, { buffer }, result) => poolLaunches(operation, source, buffer, result),
};

const normalization: KernelRow<OperationMap['softmax' | 'layer-normalization' | 'group-normalization']> = {
  by: 'kernel',
  launches: (operation, source, { buffer }, result) =>
    normalizationLaunches(operation, source, buffer, result),
};

const linear: StreamRow<DenseOperation | ConvolutionOperation> = {
  by: 'stream',
  launches: linearLaunches,
};

const CHANGES: {
  readonly [Kind in PropagatedOperation['kind']]: ChangeRow<OperationMap[Kind]>;
} = {
  prelu: {
    by: 'combination',
    combination: 'prelu',
    array: ({ slopeShape }, { buffer }) => {
      if (!buffer) throw new RangeError('The slopes were not uploaded.');
      return { label: 'same', shape: slopeShape, base: buffer, isShared: true };
    },
  },
  depthwise: {
    by: 'kernel',
    launches: (operation, source, { buffer, biasAt }, result) => {
      if (!buffer) throw new RangeError('The kernel was not uploaded.');
      return depthwiseLaunches(operation, source, buffer, biasAt, result);
    },
  },
  pool,
  'global-pool': pool,
  resize: {
    by: 'kernel',
    launches: (operation, source, { buffer }, result) => resizeLaunches(operation, source, buffer, result),
  },
  permute: move,
  pad: move,
  crop: move,
  repeat: move,
  softmax: normalization,
  'layer-normalization': normalization,
  'group-normalization': normalization,
};

const LAUNCHES: { readonly [Kind in LaunchedKind]: LaunchRow<OperationMap[Kind]> } = {
  ...CHANGES,
  dense: linear,
  convolution: linear,
  activation: {
    by: 'stream',
    launches: (operation, { x, result }) =>
      combineLaunches('first', [stream(x)], { ...result, activation: operation }),
  },
  affine: {
    by: 'stream',
    launches: (_, { x, constants, result }) =>
      combineLaunches('first', [stream(x)], result, constants.buffer),
  },
  merge: { by: 'stream', launches: mergeLaunches },
  concatenate: { by: 'stream', launches: concatenateLaunches },
};

export function launchRow<Kind extends LaunchedKind>({
  kind,
}: {
  readonly kind: Kind;
}): LaunchRow<OperationMap[Kind]> {
  return LAUNCHES[kind];
}

export function changeRow<Kind extends PropagatedOperation['kind']>({
  kind,
}: {
  readonly kind: Kind;
}): ChangeRow<OperationMap[Kind]> {
  return CHANGES[kind];
}

/** A stream as an operand of an element-wise launch. */
export function stream({ shape, values }: WindowSource): DeviceOperand {
  return { label: 'same', shape, base: values };
}

function linearLaunches(
  operation: DenseOperation | ConvolutionOperation,
  { x, constants, result }: StreamWork,
): Launch[] {
  const { inputs, workspace } = result.batch;
  return constants.weights.flatMap((weights, at) =>
    convolutionLaunches({
      source: { ...x, segment: wholeOf(x.shape), hasVariants: true, contributes: null },
      sliding: slidingOf(operation, result.shape),
      weights,
      hasBias: at === 0 && operation.bias !== null,
      partial: at === 0 ? null : 'output',
      // Streams read no base, so inputs may share weights as variants of one input do.
      result: { ...result, batch: { inputs: 1, variants: inputs, firstVariant: 0, workspace } },
    }),
  );
}

function concatenateLaunches({ axis }: ConcatenateOperation, { inputs, result }: StreamWork): Launch[] {
  const { shape, batch, output } = result;
  let start = 0;
  return inputs.map((input) => {
    const launch = placeLaunch(stream(input), axis, start, shape, batch, false, output);
    start += input.shape[axis] ?? 0;
    return launch;
  });
}

/** The first two, then what has come out so far with each of the others. */
function mergeLaunches({ function: name }: MergeOperation, { x, inputs, result }: StreamWork): Launch[] {
  const factor = name === 'average' ? 1 / inputs.length : 1;
  return inputs.slice(1).flatMap((input, at) => {
    const first: DeviceOperand = at === 0 ? stream(x) : { label: 'output', shape: result.shape, base: null };
    const isLast = at === inputs.length - 2;
    return combineLaunches(name, [first, stream(input)], result, null, isLast ? factor : 1);
  });
}
