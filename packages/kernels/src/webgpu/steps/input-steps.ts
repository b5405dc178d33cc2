import type { EvaluateStep } from '../../plan/steps.ts';
import { KernelsError } from '../../errors.ts';
import { slidingOf } from '../../operations/sliding-window.ts';
import type { ConvolutionOperation } from '../../operations/convolution.ts';
import type { DenseOperation } from '../../operations/dense.ts';
import type { Shape } from '../../tail/shape.ts';
import { convolutionLaunch } from '../operations/convolution.ts';
import { combineLaunch, type DeviceOperand } from '../operations/elementwise.ts';
import type { Launch } from '../operations/launch.ts';
import { moveLaunch, placeLaunch } from '../operations/moves.ts';
import { normalizationLaunch } from '../operations/normalization.ts';
import { wholeOf, type Result } from '../operations/result.ts';
import { depthwiseLaunch, poolLaunch, resizeLaunch } from '../operations/windows.ts';
import type { StepContext } from './step-context.ts';

/** The launches that evaluate an operation on a stream; the context's batch has one variant. */
export function evaluateLaunches(step: EvaluateStep, context: StepContext): Launch[] {
  const { operation, shape } = step;
  const output = context.value(step.output);
  const { batch } = context;
  const { buffer, scaleAt, shiftAt, biasAt } = context.constants(step);
  const inputs = step.inputs.map(({ value, shape: own }) => ({
    shape: own,
    segment: wholeOf(own),
    values: context.value(value),
    base: null,
  }));
  const [x] = inputs;
  if (!x) throw new RangeError(`A ${operation.kind} is evaluated without an input.`);
  const result: Result = { batch, isDelta: false, shape, segment: wholeOf(shape), output, scaleAt, shiftAt };
  const stream = (values: GPUBuffer, own: Shape): DeviceOperand => ({
    label: 'same',
    shape: own,
    base: values,
  });

  switch (operation.kind) {
    case 'dense':
    case 'convolution':
      return convolutionLaunches(step, operation, context, result);
    case 'activation':
      return [combineLaunch('first', [stream(x.values, shape)], { ...result, activation: operation })];
    case 'affine':
      return [combineLaunch('first', [stream(x.values, shape)], result, buffer)];
    case 'prelu': {
      if (!buffer) throw new RangeError('The slopes were not uploaded.');
      const slopes = { label: 'same', shape: operation.slopeShape, base: buffer, isShared: true } as const;
      return [combineLaunch('prelu', [stream(x.values, x.shape), slopes], result)];
    }
    case 'depthwise':
      if (!buffer) throw new RangeError('The kernel was not uploaded.');
      return [depthwiseLaunch(operation, x, buffer, biasAt, result)];
    case 'pool':
    case 'global-pool':
      return [poolLaunch(operation, x, null, result)];
    case 'resize':
      return [resizeLaunch(operation, x, null, result)];
    case 'permute':
    case 'pad':
    case 'crop':
    case 'repeat':
      return [moveLaunch(operation, x, null, result)];
    case 'softmax':
    case 'layer-normalization':
      return [normalizationLaunch(operation, x, buffer, batch, false, output)];
    case 'concatenate': {
      let start = 0;
      return inputs.map(({ values, shape: own }) => {
        const launch = placeLaunch(stream(values, own), operation.axis, start, shape, batch, false, output);
        start += own[operation.axis] ?? 0;
        return launch;
      });
    }
    case 'merge': {
      const operands = inputs.map(({ values, shape: own }) => stream(values, own));
      const factor = operation.function === 'average' ? 1 / operands.length : 1;
      // The first two, then what has come out so far with each of the others.
      return operands.slice(1).map((operand, at) => {
        const first: DeviceOperand = at === 0 ? operands[0]! : { label: 'output', shape, base: null };
        const isLast = at === operands.length - 2;
        return combineLaunch(operation.function, [first, operand], result, null, isLast ? factor : 1);
      });
    }
    case 'reshape':
    case 'target':
    case 'constant':
    case 'opaque':
      throw new KernelsError('invalid-tail', `A ${operation.kind} cannot be evaluated on the device.`);
  }
}

function convolutionLaunches(
  step: EvaluateStep,
  operation: DenseOperation | ConvolutionOperation,
  context: StepContext,
  result: Result,
): Launch[] {
  const [x] = step.inputs;
  if (!x) throw new RangeError('A convolution is evaluated without an input.');
  const { inputs } = context.batch;
  return context.constants(step).weights.map((weights, at) =>
    convolutionLaunch({
      source: {
        shape: x.shape,
        segment: wholeOf(x.shape),
        values: context.value(x.value),
        hasVariants: true,
        contributes: null,
      },
      sliding: slidingOf(operation, step.shape),
      weights,
      hasBias: at === 0 && operation.bias !== null,
      partial: at === 0 ? null : 'output',
      // Streams read no base, so inputs may share weights as variants of one input do.
      result: { ...result, batch: { inputs: 1, variants: inputs, firstVariant: 0 } },
    }),
  );
}
