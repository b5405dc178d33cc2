import * as tf from '@tensorflow/tfjs';
import {
  channelsOf,
  sizeOf,
  type EvaluateStep,
  type FallbackStep,
  type InputStep,
  type SwitchOffStep,
  type VariantStep,
} from '@ablation-cam/kernels';
import type { Constants } from '../constants.ts';
import { operandBase, operandDelta } from '../operands.ts';
import { compileOperation } from '../operations/compile-operation.ts';
import type { Chunk, Values } from '../values.ts';
import { compileCombine, compileConcatenate } from './combine.ts';
import type { CompiledStep } from './compiled-step.ts';
import { compileContribute } from './contribute.ts';
import { compileConvolve } from './convolve.ts';
import { compilePropagate } from './propagate.ts';

/** Steps that make a delta from values of the plan. */
export type DeltaStep = Exclude<VariantStep, { readonly kind: 'fallback' | 'score' }>;

export function compileDeltaStep(step: DeltaStep, constants: Constants): CompiledStep {
  switch (step.kind) {
    case 'contribute':
      return compileContribute(step, constants);
    case 'convolve':
      return compileConvolve(step, constants);
    case 'propagate':
      return compilePropagate(step, constants);
    case 'combine':
      return compileCombine(step, constants);
    case 'concatenate':
      return compileConcatenate(step);
  }
}

/** @param off the value of each channel that is off, `[inputs, channels]` */
export type CompiledInputStep = (values: Values, off: tf.Tensor) => tf.Tensor;

export function compileInputStep(step: InputStep, constants: Constants): CompiledInputStep {
  return step.kind === 'switch-off' ? compileSwitchOff(step) : compileEvaluate(step, constants);
}

function compileSwitchOff({ shape }: SwitchOffStep): CompiledInputStep {
  const channels = channelsOf(shape);
  // An addition is broadcast at once, where the WASM backend takes tens of milliseconds to tile as much.
  return (_, off) => tf.zeros([1, sizeOf(shape) / channels, 1]).add(off.reshape([-1, 1, channels]));
}

function compileEvaluate(
  { operation, inputs, shape }: EvaluateStep,
  constants: Constants,
): CompiledInputStep {
  const shapes = inputs.map((input) => input.shape);
  const apply = compileOperation(operation, shapes, shape, constants);
  return (values) => apply(inputs.map((input) => values.get(input.value, input.shape)));
}

/** The variants of a frontier's tensors, `[inputs, variants, elements]` each. */
export function frontierVariants(step: FallbackStep, values: Values, chunk: Chunk): tf.Tensor[] {
  return step.frontier.map(({ operand }) => {
    const base = operandBase(operand, values).reshape([chunk.inputs, 1, -1]);
    return base.sub(operandDelta(operand, values, chunk).reshape([chunk.inputs, chunk.variants, -1]));
  });
}
