import type { ContinueFrom } from '../../ablation/contract.ts';
import { logitDropsOutside } from '../../ablation/logit-drops-outside.ts';
import type { StepPlan } from '../../plan/step-plan.ts';
import type { FallbackStep, InputStep } from '../../plan/steps.ts';
import { chunkSizes } from '../../plan/chunk-sizes.ts';
import { weightValues, type Weights, type WeightValues } from '../../plan/weights.ts';
import { channelsOf, sizeOf } from '../../tail/shape.ts';
import { evaluateNode } from '../evaluate-node.ts';
import { Values } from './values.ts';
import { deltaOfStep } from './variant-step.ts';

/** What the steps need of one input. */
export interface StepInput {
  /** `[positions, channels]` */
  readonly activation: Float64Array;
  /** The value of each channel that is off. */
  readonly off: ArrayLike<number>;
  /** `[classes]` */
  readonly logits: ArrayLike<number>;
  /** The value of each constant node that the plan reads. */
  readonly constant: (node: number) => Float64Array;
  readonly continueFrom: ContinueFrom | undefined;
  /** Awaited between variants: lets others run, and throws where the run was aborted. */
  readonly turn: () => Promise<void>;
}

/** The kernels of a plan's steps, with products worked out. */
export function kernelsOf({ variantSteps }: StepPlan): Map<Weights, WeightValues> {
  const kernels = new Map<Weights, WeightValues>();
  for (const step of variantSteps) {
    if ('kernel' in step) kernels.set(step.kernel, weightValues(step.kernel));
  }
  return kernels;
}

/**
 * Works out how far each logit falls without each channel, in float64, one channel after the other. Returns how many of the plan's
 * multiply-adds were left out, since a delta is 0.
 *
 * @param take is handed each channel with its falls, `[classes]`, which it may not keep
 */
export async function eachLogitDelta(
  plan: StepPlan,
  kernels: ReadonlyMap<Weights, WeightValues>,
  input: StepInput,
  take: TakeDelta,
): Promise<number> {
  const values = new Values();
  plan.given.forEach(({ node, value }) => {
    values.set(value, node === plan.tail.target ? input.activation : input.constant(node));
  });
  for (const step of plan.inputSteps) values.set(step.output, valueOfInputStep(step, values, input.off));

  const chunk = chunkSizes(plan, 1).variants;
  for (let first = 0; first < plan.channels; first += chunk) {
    const variants = Array.from({ length: Math.min(chunk, plan.channels - first) }, (_, i) => first + i);
    await chunkDeltas(plan, kernels, input, values, variants, take);
  }
  return values.operationsLeftOut;
}

type TakeDelta = (channel: number, drops: Float64Array) => void;

async function chunkDeltas(
  plan: StepPlan,
  kernels: ReadonlyMap<Weights, WeightValues>,
  { logits, continueFrom, turn }: StepInput,
  values: Values,
  variants: readonly number[],
  take: TakeDelta,
): Promise<void> {
  let left: HandedOut | null = null;
  for (const [row, variant] of variants.entries()) {
    await turn();
    for (const step of plan.variantSteps) {
      if (step.kind === 'score') {
        if (!left) take(variant, values.get(step.delta));
      } else if (step.kind === 'fallback') {
        left ??= new HandedOut(step, variants.length);
        left.add(row, variant, values);
      } else {
        const kernel = 'kernel' in step ? (kernels.get(step.kernel) ?? null) : null;
        values.set(step.output, deltaOfStep(step, values, variant, kernel));
      }
    }
  }
  if (!left) return;
  const drops = await logitDropsOutside(continueFrom, left, logits);
  for (const [row, variant] of variants.entries()) {
    take(variant, drops.subarray(row * plan.classes, (row + 1) * plan.classes));
  }
}

/** The frontier's tensors for a chunk of variants of one input. */
class HandedOut {
  readonly inputs = 1;
  readonly tensors: readonly { readonly node: number; readonly values: Float32Array }[];

  constructor(
    readonly step: FallbackStep,
    readonly variants: number,
  ) {
    this.tensors = step.frontier.map(({ node, operand }) => ({
      node,
      values: new Float32Array(variants * sizeOf(operand.shape)),
    }));
  }

  add(row: number, variant: number, values: Values): void {
    this.step.frontier.forEach(({ operand }, i) => {
      this.tensors[i]?.values.set(values.variant(operand, variant).data, row * sizeOf(operand.shape));
    });
  }
}

function valueOfInputStep(step: InputStep, values: Values, off: ArrayLike<number>): Float64Array {
  const { shape, layers } = step;
  if (step.kind === 'switch-off') {
    const channels = channelsOf(shape);
    return new Float64Array(sizeOf(shape)).map((_, i) => off[i % channels]!);
  }
  const inputs = step.inputs.map(({ value, shape: own }) => ({ shape: own, data: values.get(value) }));
  return evaluateNode({ name: layers.join(', '), operation: step.operation, shape }, inputs);
}
