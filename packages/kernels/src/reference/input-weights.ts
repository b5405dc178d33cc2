import type { AblationInput } from '../ablation/contract.ts';
import { toFiniteFloat } from '../ablation/float-range.ts';
import type { ScoreFunction } from '../tail/tail.ts';
import { channelNorm, channelWeight } from '../ablation/channel-weights.ts';
import { scoreChange, type ScoreChange } from './score-change.ts';

/** One input, as its channels are weighed. */
export interface WeighedInput extends Pick<AblationInput, 'score' | 'weighting' | 'norm'> {
  readonly scoreFunction: ScoreFunction;
  /** `[classes]` */
  readonly logits: ArrayLike<number>;
  /** `[positions, channels]` */
  readonly activation: Float32Array;
  readonly channels: number;
  /** The classes that are explained, `[M]`. */
  readonly classes: ArrayLike<number>;
  /** Where the scores of all classes go, `[channels, classes]`; null where nobody asked for them. */
  readonly ablatedScores: Float32Array | null;
}

/** The weights of one input, made of one variant after the other: of a variant nothing is kept but what was asked for. */
export class InputWeights {
  /** In float64, `[M, channels]`. */
  readonly weights: Float64Array;
  readonly #input: WeighedInput;
  readonly #change: ScoreChange;

  constructor(input: WeighedInput) {
    this.#input = input;
    this.#change = scoreChange(input.logits, input.score, input.scoreFunction);
    this.weights = new Float64Array(input.classes.length * input.channels);
  }

  /** Weighs a channel. @param drops how far each logit falls without it, `[classes]`; not kept */
  add(channel: number, drops: Float64Array): void {
    const { activation, channels, classes, weighting, norm, ablatedScores } = this.#input;
    const change = this.#change;
    change.take(drops);
    const isSlope = weighting === 'slope';
    const length = isSlope ? channelNorm(activation, channel, channels, norm) : 0;
    for (let m = 0; m < classes.length; m++) {
      const c = classes[m]!;
      this.weights[m * channels + channel] = isSlope
        ? channelWeight('slope', change.drop(c), 0, length)
        : change.relativeDrop(c);
    }
    if (!ablatedScores) return;
    const row = channel * drops.length;
    for (let c = 0; c < drops.length; c++) ablatedScores[row + c] = toFiniteFloat(change.ablated(c));
  }
}
