import * as tf from '@tensorflow/tfjs';
import { channelNorm, channelPlane, channelWeight, weightedMap } from '@ablation-cam/kernels';
import type { AblationOutput, AblationValue, ClassSelection, Norm, Weighting } from '@ablation-cam/kernels';
import { throwIfAborted } from '../errors.ts';
import { inputFeeds } from '../forward/each-pass.ts';
import { classLogits } from '../forward/forward-pass.ts';
import { maskedPass, wholeNetworkScores, zeroKernelPass, type NaiveNetwork } from './channel-pass.ts';

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
 * what the single dispatch is checked against, and timed against.
 *
 * @throws XaiError `invalid-option` where filters should be zeroed and the layer has none; the signal's reason
 */
export async function naiveAblation(request: NaiveRequest): Promise<NaiveOutput> {
  const { naive, inputs, signal } = request;
  const { network, cut, classes } = naive;
  const batch = inputs[0]?.shape[0] ?? 1;
  const start = performance.now();
  const [activation, logits, base] = tf.tidy(() => {
    const [a, z] = network.run(inputFeeds(network, inputs), [cut.target, cut.logits] as const);
    return [a, classLogits(z, classes), wholeNetworkScores(naive, inputs)] as const;
  });
  const channels = activation.shape.at(-1) ?? 0;
  const pass = request.zeroesFilters
    ? await zeroKernelPass(naive, inputs)
    : maskedPass(naive, inputs, activation, request.ablation);
  try {
    const activationData = Float32Array.from(await activation.data());
    const logitData = Float32Array.from(await logits.data());
    const baseScores = await base.data();
    const forwarded = performance.now();

    const ablatedScores = new Float32Array(batch * channels * classes);
    let yielded = performance.now();
    for (let k = 0; k < channels; k++) {
      throwIfAborted(signal);
      const scores = await pass.scoresWithout(k);
      try {
        const data = await scores.data();
        for (let n = 0; n < batch; n++) {
          ablatedScores.set(data.subarray(n * classes, (n + 1) * classes), (n * channels + k) * classes);
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
    const weights = naiveWeights(request, activationData, baseScores, ablatedScores, channels);
    const ablated = performance.now();
    const maps = naiveMaps(request, activationData, logitData, weights, channels);
    return {
      activation: activationData,
      logits: logitData,
      ablatedScores,
      weights,
      ...maps,
      dispatches: { ablation: 0, map: 0 },
      forwardMs: forwarded - start,
      timings: { ablationMs: ablated - forwarded, mapMs: performance.now() - ablated, gpuMs: null },
    };
  } finally {
    pass.dispose();
    tf.dispose([activation, logits, base]);
  }
}

function naiveWeights(
  { naive, inputs, weighting, norm }: NaiveRequest,
  activation: Float32Array,
  base: ArrayLike<number>,
  ablatedScores: Float32Array,
  channels: number,
): Float32Array {
  const { classes } = naive;
  const batch = inputs[0]?.shape[0] ?? 1;
  const size = activation.length / batch;
  const weights = new Float32Array(ablatedScores.length);
  for (let n = 0; n < batch; n++) {
    const own = activation.subarray(n * size, (n + 1) * size);
    for (let k = 0; k < channels; k++) {
      const length = weighting === 'slope' ? channelNorm(channelPlane(own, k, channels), norm) : 0;
      for (let c = 0; c < classes; c++) {
        const at = (n * channels + k) * classes + c;
        const score = base[n * classes + c] ?? 0;
        weights[at] = channelWeight(weighting, score - (ablatedScores[at] ?? 0), score, length);
      }
    }
  }
  return weights;
}

function naiveMaps(
  { naive, inputs, classes: selection }: NaiveRequest,
  activation: Float32Array,
  logits: Float32Array,
  weights: Float32Array,
  channels: number,
): Pick<AblationOutput, 'classIndices' | 'mapSigned' | 'map'> {
  const { classes } = naive;
  const batch = inputs[0]?.shape[0] ?? 1;
  const size = activation.length / batch;
  const classIndices: number[] = [];
  const mapSigned: number[] = [];
  for (let n = 0; n < batch; n++) {
    const own = activation.subarray(n * size, (n + 1) * size);
    const selected = selectedClasses(selection, logits.subarray(n * classes, (n + 1) * classes));
    for (const c of selected) {
      const ofClass = Float32Array.from(
        { length: channels },
        (_, k) => weights[(n * channels + k) * classes + c] ?? 0,
      );
      classIndices.push(c);
      for (const value of weightedMap(own, ofClass)) mapSigned.push(value);
    }
  }
  return {
    classIndices: Uint32Array.from(classIndices),
    mapSigned: Float32Array.from(mapSigned),
    map: Float32Array.from(mapSigned, (value) => Math.max(0, value)),
  };
}

function selectedClasses(selection: ClassSelection, logits: Float32Array): readonly number[] {
  if (selection === 'all') return Array.from(logits, (_, c) => c);
  if (selection !== 'predicted') return selection;
  return [logits.reduce((best, value, c) => (value > (logits[best] ?? -Infinity) ? c : best), 0)];
}
