import {
  addScaled,
  channelsOf,
  ownerMap,
  weightValues,
  type ContributeStep,
  type StepPlan,
} from '@ablation-cam/kernels';
import type { Values } from '../values.ts';

/** A dense layer that gives the logits of every variant, made without TensorFlow.js. */
export interface LastStepOnCpu {
  /**
   * @param inputs whose bases and off values are known
   * @param drops `[classes]`, written for each input and channel
   * @param take is handed an input, a channel and its drops
   */
  run(
    values: Values,
    inputs: number,
    drops: Float64Array,
    take: (n: number, channel: number, drops: Float64Array) => void,
  ): Promise<void>;
}

/** Features of a channel up to which the falls of its logits are made quicker than they are read back. */
const MOST_FEATURES = 4;

/**
 * Returns the step of a plan whose variants do nothing but add up few features of a channel, times their weights, to falls of
 * logits, as behind a global pooling; null for all other plans. A convolution would write K x C numbers down which are read
 * once: here those of one channel exist at a time, and in float64.
 */
export function lastStepOnCpu({ variantSteps, channels }: StepPlan): LastStepOnCpu | null {
  const [step, score] = variantSteps;
  if (step?.kind !== 'contribute' || score?.kind !== 'score' || score.delta !== step.output) return null;
  const features = channelsOf(step.source.shape);
  if (step.shape.length !== 1 || step.source.shape.length !== 1 || features > MOST_FEATURES * channels) {
    return null;
  }
  return isBare(step) ? contributionOnCpu(step) : null;
}

/** Whether nothing is added to the contributions and nothing follows them. */
function isBare({ partial, epilogue }: ContributeStep): boolean {
  const { scale, addend, activation, pool, globalPool } = epilogue;
  return [partial, scale, addend, activation, pool, globalPool].every((part) => part === null);
}

function contributionOnCpu({ source, kernel, shape }: ContributeStep): LastStepOnCpu {
  const features = channelsOf(source.shape);
  const classes = channelsOf(shape);
  const weights = weightValues(kernel);
  const owned: number[][] = Array.from({ length: source.owner.variants }, () => []);
  ownerMap(source.owner, features).forEach((channel, feature) => owned[channel]?.push(feature));
  return {
    run: async (values, inputs, drops, take) => {
      const [bases, offs] = [values.get(source.base, source.shape), values.get(source.off, source.shape)];
      try {
        const [base, off] = await Promise.all([bases.data(), offs.data()]);
        for (let n = 0; n < inputs; n++) {
          for (const [channel, own] of owned.entries()) {
            drops.fill(0);
            for (const feature of own) {
              const change = (base[n * features + feature] ?? 0) - (off[n * features + feature] ?? 0);
              if (change !== 0) addScaled(drops, 0, change, weights, feature * classes, classes);
            }
            take(n, channel, drops);
          }
        }
      } finally {
        bases.dispose();
        offs.dispose();
      }
    },
  };
}
