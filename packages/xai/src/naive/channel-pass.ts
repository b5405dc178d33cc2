import * as tf from '@tensorflow/tfjs';
import type { AblationValue, Cut, GraphOutput, NodeId, Score } from '@ablation-cam/kernels';
import { withoutFilter, type SizedLayer } from '@ablation-cam/model';
import { filterOf } from '../methods/ablation-values.ts';
import { computeFrom, type ForwardEngine } from '../forward/compute.ts';
import { feedsOf } from '../forward/pass-inputs.ts';
import { classLogits, constantsOf } from '../forward/forward-pass.ts';

/** A network as the naive strategy runs it, on the inputs of one pass. */
export interface NaiveNetwork extends ForwardEngine {
  readonly layer: SizedLayer;
  readonly output: GraphOutput;
  readonly cut: Cut;
  readonly classes: number;
  readonly score: Score;
}

/** Runs the network without one channel, again and again. */
export interface ChannelPass {
  /** The scores of every class without channel k, `[inputs, classes]`; the caller disposes of them. */
  scoresWithout(channel: number): Promise<tf.Tensor>;
  dispose(): void;
}

/** Replaces the channel in the target's output and runs everything that follows. */
export async function maskedPass(
  naive: NaiveNetwork,
  inputs: readonly tf.Tensor[],
  activation: tf.Tensor,
  ablation: AblationValue,
): Promise<ChannelPass> {
  const { cut } = naive;
  const channels = activation.shape.at(-1) ?? 0;
  const constants = await constantsOf(naive, cut, inputs);
  const off = offOrFree(activation, ablation, constants.values());
  const maskedWithout = (channel: number): tf.Tensor =>
    tf.tidy(() => {
      const isOff = tf.tensor1d(Float32Array.from({ length: channels }, (_, k) => (k === channel ? 1 : 0)));
      const kept = activation.mul(tf.sub(1, isOff));
      return off ? kept.add(off.mul(isOff)) : kept;
    });
  return {
    scoresWithout: async (channel) => {
      const masked = maskedWithout(channel);
      try {
        return await scoresOf(naive, new Map([...constants, [cut.target, masked] as const]));
      } finally {
        masked.dispose();
      }
    },
    dispose: () => {
      tf.dispose([...(off ? [off] : []), ...constants.values()]);
    },
  };
}

/**
 * Zeroes the layer's k-th filter, keeps its bias, and runs the whole network: the loop of the original report. The
 * layer has its own weights back after each channel, also after an error.
 *
 * @throws XaiError `invalid-option` where the layer has no filter, or the network's weights cannot be changed
 */
export async function zeroKernelPass(
  naive: NaiveNetwork,
  inputs: readonly tf.Tensor[],
): Promise<ChannelPass> {
  const { name, shape } = naive.layer;
  const { network } = naive.network;
  const { access, filter } = filterOf(network, naive.layer);
  const channels = shape.at(-1) ?? 0;
  const own = await access.read(name);
  return {
    scoresWithout: async (channel) => {
      try {
        await access.write(name, withoutFilter(own, filter, channels, channel));
        const changed = await network.at(inputs.map((input) => input.shape.slice(1)));
        await changed.ready();
        return await wholeNetworkScores({ ...naive, network: changed }, inputs);
      } finally {
        await access.write(name, own);
      }
    },
    dispose: () => {
      // Every pass has put its weights back.
    },
  };
}

/** The scores of the network with the weights it has now; the caller disposes of them. */
export function wholeNetworkScores(naive: NaiveNetwork, inputs: readonly tf.Tensor[]): Promise<tf.Tensor> {
  return scoresOf(naive, feedsOf(naive.network, inputs));
}

async function scoresOf(naive: NaiveNetwork, feeds: ReadonlyMap<NodeId, tf.Tensor>): Promise<tf.Tensor> {
  const [logits] = await computeFrom(naive, feeds, [naive.cut.logits]);
  if (!logits) throw new RangeError('The network gave no logits.');
  try {
    return tf.tidy(() => scoresOfLogits(naive, logits));
  } finally {
    logits.dispose();
  }
}

/** Not what the network itself makes of its logits, which may be the logarithms of probabilities. */
export function scoresOfLogits({ classes, score, output }: NaiveNetwork, logits: tf.Tensor): tf.Tensor {
  const values = classLogits(logits, classes);
  const { scoreFunction } = output;
  if (score === 'logit' || scoreFunction === 'linear') return values;
  return scoreFunction === 'softmax' ? tf.softmax(values) : tf.sigmoid(values);
}

/** `offTensor`, after whose failure nobody has the other tensors any more. */
function offOrFree(
  activation: tf.Tensor,
  ablation: AblationValue,
  others: Iterable<tf.Tensor>,
): tf.Tensor | null {
  try {
    return offTensor(activation, ablation);
  } catch (error) {
    tf.dispose([...others]);
    throw error;
  }
}

/** The values that stand for "off", one a channel or one a channel and input; null for zeros. The caller disposes. */
export function offTensor(activation: tf.Tensor, ablation: AblationValue): tf.Tensor | null {
  const positionAxes = activation.shape.slice(1, -1).map((_, axis) => axis + 1);
  if (ablation.kind === 'channel-mean') return activation.mean(positionAxes, true);
  if (ablation.values.every((value) => value === 0)) return null;
  const channels = activation.shape.at(-1) ?? 0;
  const ones = positionAxes.map(() => 1);
  return tf.tensor(ablation.values, [ablation.values.length / channels, ...ones, channels]);
}
