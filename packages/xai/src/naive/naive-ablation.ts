import * as tf from '@tensorflow/tfjs';
import {
  channelNorm,
  channelWeight,
  classesOf,
  countClamped,
  toFiniteFloat,
  weightedMap,
} from '@ablation-cam/kernels';
import type { AblationOutput, AblationValue, ClassSelection, Norm, Weighting } from '@ablation-cam/kernels';
import { throwIfAborted } from '../errors.ts';
import { computeFrom } from '../forward/compute.ts';
import { feedsOf } from '../forward/pass-inputs.ts';
import { classLogits } from '../forward/forward-pass.ts';
import { TensorScope } from '../forward/tensor-scope.ts';
import {
  maskedPass,
  scoresOfLogits,
  zeroKernelPass,
  type ChannelPass,
  type NaiveNetwork,
} from './channel-pass.ts';

/** A backend on the CPU never leaves the thread: an abort or a repaint gets its turn at least this often. */
const LONGEST_BLOCK_MS = 100;

export interface NaiveRequest {
  readonly naive: NaiveNetwork;
  /** `[batch, ...shape]`, one for each input of the model. */
  readonly inputs: readonly tf.Tensor[];
  readonly ablation: AblationValue;
  /** Zeroes filters and runs the whole network instead of masking the target's output. */
  readonly zeroesFilters: boolean;
  readonly weighting: Weighting;
  readonly norm: Norm;
  readonly classes: ClassSelection;
  /** Whether the scores of all classes without each channel are given. */
  readonly ablatedScores: boolean;
  readonly signal: AbortSignal | undefined;
  /** Called after each channel with the number of channels done. */
  readonly onChannel: (done: number) => void;
}

/** What a naive run yields besides the output of every ablation. */
export type NaiveOutput = AblationOutput & {
  readonly forwardMs: number;
  /** `[inputs, ...positions, channels]` */
  readonly activation: Float32Array;
};

/**
 * Ablation-CAM as it was published: one pass through the network for each channel, subtraction of float32 scores. It is
 * what plans are checked against, and timed against.
 *
 * @throws XaiError `invalid-option` where filters should be zeroed and the layer has none; the signal's reason
 */
export async function naiveAblation(request: NaiveRequest): Promise<NaiveOutput> {
  const { naive, inputs, signal } = request;
  const { network, cut, classes } = naive;
  const batch = inputs[0]?.shape[0] ?? 1;
  const start = performance.now();
  const scope = new TensorScope();
  let pass: ChannelPass | null = null;
  try {
    const feeds = feedsOf(network, inputs);
    const [activation, z] = scope.keep(await computeFrom(naive, feeds, [cut.target, cut.logits]));
    if (!activation || !z) throw new RangeError('The network gave no activation.');
    const made = tf.tidy(() => [classLogits(z, classes), scoresOfLogits(naive, z)] as const);
    const [logits, base] = scope.keep(made);
    const channels = activation.shape.at(-1) ?? 0;
    pass = request.zeroesFilters
      ? await zeroKernelPass(naive, inputs)
      : await maskedPass(naive, inputs, activation, request.ablation);
    const activationData = Float32Array.from(await activation.data());
    const logitData = Float32Array.from(await logits.data());
    const baseScores = await base.data();
    const forwarded = performance.now();

    const explained = Array.from({ length: batch }, (_, n) =>
      classesOf(request.classes, logitData.subarray(n * classes, (n + 1) * classes)),
    );
    const maps = explained[0]?.length ?? 0;
    const ablatedScores = request.ablatedScores ? new Float32Array(batch * channels * classes) : null;
    const weights = new Float32Array(batch * maps * channels);
    let yielded = performance.now();
    for (let k = 0; k < channels; k++) {
      throwIfAborted(signal);
      const scores = await pass.scoresWithout(k);
      try {
        const data = await scores.data();
        for (let n = 0; n < batch; n++) {
          const ablated = data.subarray(n * classes, (n + 1) * classes);
          ablatedScores?.set(ablated, (n * channels + k) * classes);
          const own = baseScores.subarray(n * classes, (n + 1) * classes);
          const size = activationData.length / batch;
          const plane = activationData.subarray(n * size, (n + 1) * size);
          explained[n]?.forEach((c, m) => {
            weights[(n * maps + m) * channels + k] = naiveWeight(
              request,
              plane,
              k,
              channels,
              own,
              ablated,
              c,
            );
          });
        }
      } finally {
        scores.dispose();
      }
      request.onChannel(k + 1);
      if (performance.now() - yielded > LONGEST_BLOCK_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        yielded = performance.now();
      }
    }
    throwIfAborted(signal);
    const ablated = performance.now();
    const drawn = naiveMaps(activationData, explained, weights, channels);
    return {
      activation: activationData,
      logits: logitData,
      ablatedScores,
      weights,
      clampedWeights: countClamped(weights),
      classIndices: Uint32Array.from(explained.flatMap((classIndices) => [...classIndices])),
      ...drawn,
      dispatches: { ablation: 0, map: 0 },
      operationsLeftOut: 0,
      forwardMs: forwarded - start,
      timings: { ablationMs: ablated - forwarded, mapMs: performance.now() - ablated, gpuMs: null },
    };
  } finally {
    pass?.dispose();
    scope.dispose();
  }
}

/** The weight of channel k for class c, from the scores of all classes with and without it. */
function naiveWeight(
  { weighting, norm }: NaiveRequest,
  activation: Float32Array,
  k: number,
  channels: number,
  scores: ArrayLike<number>,
  ablated: ArrayLike<number>,
  c: number,
): number {
  const length = weighting === 'slope' ? channelNorm(activation, k, channels, norm) : 0;
  const score = scores[c] ?? 0;
  return toFiniteFloat(channelWeight(weighting, score - (ablated[c] ?? 0), score, length));
}

/** @param explained the classes of each input @param weights `[inputs, M, channels]` */
function naiveMaps(
  activation: Float32Array,
  explained: readonly Uint32Array[],
  weights: Float32Array,
  channels: number,
): Pick<AblationOutput, 'mapSigned' | 'map'> {
  const size = activation.length / explained.length;
  const maps = explained[0]?.length ?? 0;
  const mapSigned: number[] = [];
  for (const n of explained.keys()) {
    const own = activation.subarray(n * size, (n + 1) * size);
    for (let m = n * maps; m < (n + 1) * maps; m++) {
      const map = weightedMap(own, weights.subarray(m * channels, (m + 1) * channels));
      for (const value of map) mapSigned.push(toFiniteFloat(value));
    }
  }
  return {
    mapSigned: Float32Array.from(mapSigned),
    map: Float32Array.from(mapSigned, (value) => Math.max(0, value)),
  };
}
