import * as tf from '@tensorflow/tfjs';
import { cut, type NodeId } from '@ablation-cam/kernels';
import type { NetworkSource } from '@ablation-cam/model';
import { ON_BACKEND, openCall, type Call } from '../explainer/call.ts';
import { targetLayers } from '../explainer/run-method.ts';
import { XaiError } from '../errors.ts';
import { probabilitiesOf } from '../explanation/probabilities.ts';
import { compute, computeFrom } from '../forward/compute.ts';
import { refuseActivation, refuseValues } from '../explanation/refuse-not-finite.ts';
import { classLogits } from '../forward/forward-pass.ts';
import { batchTensors, holdInput, type ExplainedInput, type InputArray } from '../forward/model-input.ts';
import { PassInputs } from '../forward/pass-inputs.ts';
import { TensorScope } from '../forward/tensor-scope.ts';
import { offTensor } from '../naive/channel-pass.ts';
import { ablationMethod } from './ablation.ts';
import { ablationValue } from './ablation-values.ts';
import type { AblationCamOptions } from './options.ts';

/** Where a look inside a network is taken. */
export type LookInsideOptions = Pick<AblationCamOptions, 'layer' | 'call' | 'output' | 'backend' | 'signal'>;

/** What `maskedPrediction` switches off. */
export interface MaskedPredictionOptions extends LookInsideOptions {
  /** The channels of the target layer that are switched off, all at once. */
  readonly channels: readonly number[];
  /** What stands for "off", as in `ablationCam`. Default: `zero`. */
  readonly ablation?: AblationCamOptions['ablation'];
}

/** What a network says about one input. */
export interface Prediction {
  /** One for each class, or null where the network stops at the logits. */
  readonly probabilities: Float32Array | null;
  /** One for each class. */
  readonly logits: Float32Array;
}

/**
 * Returns what the network predicts while several channels of a feature map are switched off together. With a single channel
 * this is one row of `ablatedScores`, with none the prediction itself.
 *
 * @param input one input
 * @throws XaiError `invalid-option` for a channel that does not exist, `invalid-input` for a batch; otherwise as `ablationCam`
 */
export async function maskedPrediction(
  source: NetworkSource,
  input: ExplainedInput,
  options: MaskedPredictionOptions,
): Promise<Prediction> {
  const { channels: switchedOff, ablation: given, ...look } = options;
  const { ablation } = ablationMethod({ ablation: given });
  return lookInside(source, input, look, async (call) => {
    const { network, batch, output, classes } = call;
    const [layer] = targetLayers({ network }, look);
    if (!layer) throw new RangeError('The network has no layer to look at.');
    const size = layer.shape.at(-1) ?? 0;
    checkChannels(switchedOff, size);
    const behind = cut(network.graph, layer.node, output);
    const count = classes?.classes ?? 0;
    const value = ablationValue(ablation, network, layer);
    const scope = new TensorScope();
    try {
      const nodes = [behind.target, ...behind.constants];
      const [activation = tf.tensor([]), ...others] = scope.keep(await computeOnce(call, nodes));
      const kept = Array.from({ length: size }, (_, k) => (switchedOff.includes(k) ? 0 : 1));
      const masked = scope.keep(tf.tidy(() => maskedBy(kept, activation, offTensor(activation, value))));
      const constants = behind.constants.map((node, i) => [node, others[i] ?? masked] as const);
      const feeds = new Map([...constants, [behind.target, masked]]);
      const [reached = masked] = scope.keep(await computeFrom(call, feeds, [behind.logits]));
      const result = scope.keep(classLogits(reached, count));
      const logits = Float32Array.from(await result.data());
      await refuseValues(call, logits, 'The prediction', () => batchTensors(batch, 0, 1));
      return { logits, probabilities: probabilitiesOf(logits, output.scoreFunction) };
    } finally {
      scope.dispose();
    }
  });
}

/** @param kept 1 for a channel that stays, 0 for one that is off */
function maskedBy(kept: readonly number[], activation: tf.Tensor, off: tf.Tensor | null): tf.Tensor {
  const rest = activation.mul([...kept]);
  return off ? rest.add(off.mul(kept.map((isKept) => 1 - isKept))) : rest;
}

/**
 * Returns the feature map that `ablationCam` would ablate: the target layer's output for one input, `[...positions, channels]`.
 *
 * @throws as `ablationCam`; XaiError `invalid-input` for a batch
 */
export async function featureMap(
  source: NetworkSource,
  input: ExplainedInput,
  options: LookInsideOptions = {},
): Promise<InputArray> {
  return lookInside(source, input, options, async (call) => {
    const { network } = call;
    const [layer] = targetLayers({ network }, options);
    if (!layer) throw new RangeError('The network has no layer to look at.');
    const [activation = tf.tensor([])] = await computeOnce(call, [layer.node]);
    try {
      const data = Float32Array.from(await activation.data());
      await refuseActivation(call, data, 0, 1);
      return { data, shape: activation.shape.slice(1) };
    } finally {
      activation.dispose();
    }
  });
}

/** Returns the values of nodes for the only input of a call; the caller disposes of them. */
async function computeOnce(call: Call, nodes: readonly NodeId[]): Promise<tf.Tensor[]> {
  const inputs = new PassInputs(call.batch, 0, 1);
  try {
    return await compute(call, inputs, nodes);
  } finally {
    inputs.dispose();
  }
}

/** Runs `look` on the backend of choice, with nothing else on TensorFlow.js meanwhile. */
async function lookInside<T>(
  source: NetworkSource,
  input: ExplainedInput,
  options: LookInsideOptions,
  look: (call: Call) => Promise<T>,
): Promise<T> {
  const held = holdInput(input);
  try {
    return await openCall(source, held, options, ON_BACKEND, (call) => {
      if (call.batch.inputs === 1) return look(call);
      throw new XaiError('invalid-input', `One input is looked at a time, got ${call.batch.inputs}.`);
    });
  } finally {
    held.release();
  }
}

function checkChannels(channels: readonly number[], size: number): void {
  const wrong = channels.find((k) => !(Number.isInteger(k) && k >= 0 && k < size));
  if (wrong === undefined) return;
  throw new XaiError(
    'invalid-option',
    `Channel ${wrong} does not exist: the layer has ${size}, 0 to ${size - 1}.`,
  );
}
