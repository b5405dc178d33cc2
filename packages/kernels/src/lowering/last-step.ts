import { sumRows } from '../ablation/sum-rows.ts';
import { ownerMap } from '../plan/owner.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import type { ContributeStep } from '../plan/steps.ts';
import type { WeightValues } from '../plan/weights.ts';
import { channelsOf } from '../tail/shape.ts';

/** Features of a channel up to which the falls of its logits are made quicker than they are read back. */
const MOST_FEATURES = 4;

/**
 * Returns the step of a plan whose variants do nothing but add up few features of a channel, times their weights, to falls of
 * logits, as behind a global pooling; null for all other plans. An engine would write K x C numbers down which are read
 * once: `LastStep` makes those of one channel at a time, and in float64.
 */
export function lastStepOf({ variantSteps, channels }: StepPlan): ContributeStep | null {
  const [step, score] = variantSteps;
  if (step?.kind !== 'contribute' || score?.kind !== 'score' || score.delta !== step.output) return null;
  const features = channelsOf(step.source.shape);
  if (step.shape.length !== 1 || step.source.shape.length !== 1 || features > MOST_FEATURES * channels) {
    return null;
  }
  return isBare(step) ? step : null;
}

/** Whether nothing is added to the contributions and nothing follows them. */
function isBare({ partial, epilogue }: ContributeStep): boolean {
  const { scale, addend, activation, pool, globalPool } = epilogue;
  return [partial, scale, addend, activation, pool, globalPool].every((part) => part === null);
}

/** The last step of a program that leaves it to the CPU. */
export class LastStep {
  readonly #weights: WeightValues;
  readonly #features: number;
  /** The features of each channel. */
  readonly #owned: readonly (readonly number[])[];

  /** @param weights of the step, `[features, classes]` */
  constructor({ source }: ContributeStep, weights: WeightValues) {
    this.#weights = weights;
    this.#features = channelsOf(source.shape);
    const owned = Array.from({ length: source.owner.variants }, (): number[] => []);
    ownerMap(source.owner, this.#features).forEach((channel, feature) => owned[channel]?.push(feature));
    this.#owned = owned;
  }

  /** The weights where each channel has one feature, its own: `[channels, classes]`; otherwise null. */
  get kernelOfChannels(): WeightValues | null {
    const isOwn =
      this.#features === this.#owned.length &&
      this.#owned.every((features, channel) => features.length === 1 && features[0] === channel);
    return isOwn ? this.#weights : null;
  }

  /**
   * Works out how far the logits of input n fall without a channel.
   *
   * @param base `[inputs, features]`
   * @param off `[inputs, features]`
   * @param drops `[classes]`, written
   */
  dropsOf(n: number, channel: number, base: Float32Array, off: Float32Array, drops: Float64Array): void {
    const owned = this.#owned[channel] ?? [];
    const first = n * this.#features;
    const changes = owned.map((feature) => base[first + feature]! - off[first + feature]!);
    sumRows(drops, changes, this.#weights, (j) => owned[j]!);
  }
}
