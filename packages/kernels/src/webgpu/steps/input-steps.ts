import type { EvaluateStep } from '../../plan/steps.ts';
import { KernelsError } from '../../errors.ts';
import { channelsOf, type Shape } from '../../tail/shape.ts';
import type { Launch } from '../launch/launch.ts';
import { combineLaunches } from '../operations/elementwise.ts';
import { wholeOf, type Result } from '../operations/result.ts';
import { launchRow, stream, type LaunchRow, type StreamWork } from '../operations/table.ts';
import type { StepContext } from './step-context.ts';

/**
 * The launches that evaluate an operation on a stream; the context's batch has one variant.
 *
 * @param isConstant whether the stream is the same at all positions, and read and written at one
 */
export function evaluateLaunches(step: EvaluateStep, context: StepContext, isConstant = false): Launch[] {
  const { operation } = step;
  const atPlaces = (whole: Shape): Shape => (isConstant ? [channelsOf(whole)] : whole);
  const shape = atPlaces(step.shape);
  const { kind } = operation;
  if (kind === 'target' || kind === 'constant' || kind === 'opaque' || kind === 'reshape') {
    throw new KernelsError('invalid-tail', `A ${kind} cannot be evaluated on the device.`);
  }
  const { batch } = context;
  const output = context.value(step.output);
  const constants = context.constants(step);
  const { scaleAt, shiftAt } = constants;
  const inputs = step.inputs.map(({ value, shape: whole }) => ({
    shape: atPlaces(whole),
    segment: wholeOf(whole),
    values: context.value(value),
    base: null,
  }));
  const [x] = inputs;
  if (!x) throw new RangeError(`A ${kind} is evaluated without an input.`);
  const result: Result = { batch, isDelta: false, shape, segment: wholeOf(shape), output, scaleAt, shiftAt };
  return launchesOf(launchRow(operation), operation, { x, inputs, constants, result });
}

function launchesOf<Operation>(row: LaunchRow<Operation>, operation: Operation, work: StreamWork): Launch[] {
  const { x, constants, result } = work;
  switch (row.by) {
    case 'kernel':
      return row.launches(operation, x, constants, result);
    case 'combination':
      return combineLaunches(row.combination, [stream(x), row.array(operation, constants)], result);
    case 'stream':
      return row.launches(operation, work);
  }
}
