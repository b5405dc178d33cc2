/** How the learning rate moves; plain data, so that a checkpoint can hold it. */
export type LearningRate =
  | { readonly kind: 'constant'; readonly rate: number }
  /** `rate * factor^(epoch / every)`; the report's schedule is 1e-3, 0.5 and 15. */
  | { readonly kind: 'decay'; readonly rate: number; readonly factor: number; readonly every: number }
  /** A linear rise over the first epochs, then half a cosine down to 0 at the last step. */
  | { readonly kind: 'cosine'; readonly rate: number; readonly warmupEpochs: number };

/** The schedule of the report: `1e-3 * 0.5^(epoch / 15)`. */
export const reportLearningRate: LearningRate = { kind: 'decay', rate: 1e-3, factor: 0.5, every: 15 };

/**
 * The learning rate of one step; `step` counts from 0 over the whole training. `decay` moves once an epoch, `cosine`
 * every step.
 */
export function learningRateAt(
  schedule: LearningRate,
  step: number,
  { stepsPerEpoch, epochs }: { readonly stepsPerEpoch: number; readonly epochs: number },
): number {
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate;
    case 'decay':
      return schedule.rate * schedule.factor ** (Math.floor(step / stepsPerEpoch) / schedule.every);
    case 'cosine': {
      const warmup = Math.min(schedule.warmupEpochs, epochs) * stepsPerEpoch;
      if (step < warmup) return (schedule.rate * (step + 1)) / warmup;
      const done = (step - warmup) / Math.max(1, epochs * stepsPerEpoch - warmup);
      return (schedule.rate * (1 + Math.cos(Math.PI * done))) / 2;
    }
  }
}
