import * as tf from '@tensorflow/tfjs';
import type { AblationValue, Score } from '@ablation-cam/kernels';
import { runLayerGraph, type ExtractedTail, type LayerGraph, type TargetLayer } from '@ablation-cam/model';
import { classLogits, constantsOf } from '../forward/forward-pass.ts';
import { filterWeight } from '../methods/ablation-values.ts';

/** A network as the naive strategy runs it, on the inputs of one pass. */
export interface NaiveNetwork {
  readonly model: tf.LayersModel;
  readonly graph: LayerGraph;
  readonly target: TargetLayer;
  readonly extracted: ExtractedTail;
  readonly classes: number;
  readonly score: Score;
}

/** Runs the network without one channel, again and again. */
export interface ChannelPass {
  /** The scores of every class without channel k, `[inputs, classes]`; the caller disposes of them. */
  scoresWithout(channel: number): tf.Tensor;
  dispose(): void;
}

/** Replaces the channel in the target's output and runs every layer that follows. */
export function maskedPass(
  network: NaiveNetwork,
  inputs: readonly tf.Tensor[],
  activation: tf.Tensor,
  ablation: AblationValue,
): ChannelPass {
  const { graph, extracted } = network;
  const channels = activation.shape.at(-1) ?? 0;
  const constants = constantsOf(graph, extracted.constants, inputs);
  const off = offTensor(activation, ablation);
  return {
    scoresWithout: (channel) =>
      tf.tidy(() => {
        const index = tf.scalar(channel, 'int32');
        const kept = activation.mul(tf.oneHot(index, channels, 0, 1));
        const masked = off ? kept.add(off.mul(tf.oneHot(index, channels))) : kept;
        const feeds = new Map([...constants, [extracted.target, masked] as const]);
        const [logits] = runLayerGraph(graph, feeds, [extracted.logits] as const);
        return scoresOfLogits(network, logits);
      }),
    dispose: () => {
      tf.dispose([...(off ? [off] : []), ...constants.values()]);
    },
  };
}

/**
 * Zeroes the layer's k-th filter, keeps its bias, and runs the whole network: the loop of the original report. The
 * layer has its own weights back after each channel, also after an error.
 *
 * @throws XaiError `invalid-option` where the layer has no filter
 */
export function zeroKernelPass(network: NaiveNetwork, inputs: readonly tf.Tensor[]): ChannelPass {
  const { layer } = network.target.layerCall;
  const position = filterWeight(network.target);
  const channels = network.target.shape.at(-1) ?? 0;
  return {
    scoresWithout: (channel) => {
      const weights = layer.getWeights();
      const filter = weights[position];
      if (!filter) throw new RangeError(`Layer "${layer.name}" has no weight ${String(position)}.`);
      const zeroed = tf.tidy(() => {
        const kept = tf.oneHot(tf.scalar(channel, 'int32'), channels, 0, 1);
        return filter.reshape([-1, channels]).mul(kept).reshape(filter.shape);
      });
      // `setWeights` copies into the layer's variables: what they held must be kept aside.
      const own = filter.clone();
      try {
        layer.setWeights(weights.with(position, zeroed));
        return wholeNetworkScores(network, inputs);
      } finally {
        layer.setWeights(layer.getWeights().with(position, own));
        tf.dispose([zeroed, own]);
      }
    },
    dispose: () => {
      // Every pass has put its weights back.
    },
  };
}

/** The scores of the untouched network, as the passes compute them; the caller disposes of them. */
export function wholeNetworkScores(network: NaiveNetwork, inputs: readonly tf.Tensor[]): tf.Tensor {
  const { model, graph, target, extracted, score } = network;
  return tf.tidy(() => {
    const { scoreFunction } = target.output;
    if (score === 'logit' || scoreFunction === 'linear') {
      const feeds = new Map(graph.inputs.map((id, index) => [id, inputs[index] ?? tf.tensor([])]));
      const [logits] = runLayerGraph(graph, feeds, [extracted.logits] as const);
      return scoresOfLogits(network, logits);
    }
    const predicted = model.predict([...inputs], { batchSize: inputs[0]?.shape[0] ?? 1 });
    const output = Array.isArray(predicted) ? predicted[graph.outputs.indexOf(target.output)] : predicted;
    if (!output) throw new RangeError(`The model has no output "${target.output.name}".`);
    const scores = output.reshape([inputs[0]?.shape[0] ?? 1, -1]);
    return scores.shape[1] === network.classes ? scores : tf.concat([tf.sub(1, scores), scores], 1);
  });
}

function scoresOfLogits({ classes, score, target }: NaiveNetwork, logits: tf.Tensor): tf.Tensor {
  const values = classLogits(logits, classes);
  const { scoreFunction } = target.output;
  if (score === 'logit' || scoreFunction === 'linear') return values;
  return scoreFunction === 'softmax' ? tf.softmax(values) : tf.sigmoid(values);
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
