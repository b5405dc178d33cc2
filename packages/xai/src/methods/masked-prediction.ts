import * as tf from '@tensorflow/tfjs';
import { extractTail, fetchWeights, resolveTarget, runLayerGraph } from '@ablation-cam/model';
import { XaiError, throwIfAborted } from '../errors.ts';
import { settingsOf, type AblationCamOptions } from '../explanation/options.ts';
import { probabilitiesOf } from '../explanation/probabilities.ts';
import { classLogits, constantsOf } from '../forward/forward-pass.ts';
import { batchTensors, type ExplainedInput, type InputArray } from '../forward/model-input.ts';
import { openModel, type OpenModel } from '../forward/open-model.ts';
import { offTensor } from '../naive/channel-pass.ts';
import { chooseRuntime, keepingBackend } from '../runtime/choose-runtime.ts';
import { exclusive } from '../runtime/exclusive.ts';
import { ablationValue } from './ablation-values.ts';

/** Where a look inside a network is taken. */
export type LookInsideOptions = Pick<AblationCamOptions, 'layer' | 'call' | 'output' | 'backend' | 'signal'>;

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
  model: tf.LayersModel,
  input: ExplainedInput,
  options: MaskedPredictionOptions,
): Promise<Prediction> {
  const { ablation } = settingsOf({ ablation: options.ablation });
  return lookInside(model, input, options, async ({ graph, batch }) => {
    const target = resolveTarget(graph, options);
    const size = target.shape.at(-1) ?? 0;
    checkChannels(options.channels, size);
    const extracted = await extractTail(graph, target.tensor, target.output.name);
    const classes = extracted.tail.nodes[extracted.tail.output]?.shape[0] ?? 0;
    const value = await ablationValue(ablation, target);
    const inputs = batchTensors(batch, 0, 1);
    const constants = constantsOf(graph, extracted.constants, inputs);
    const result = tf.tidy(() => {
      const feeds = new Map(graph.inputs.map((id, index) => [id, inputs[index] ?? tf.tensor([])]));
      const [activation] = runLayerGraph(graph, feeds, [extracted.target] as const);
      const kept = Float32Array.from({ length: size }, (_, k) => (options.channels.includes(k) ? 0 : 1));
      const off = offTensor(activation, value);
      const masked = off
        ? activation.mul(kept).add(off.mul(kept.map((isKept) => 1 - isKept)))
        : activation.mul(kept);
      const [logits] = runLayerGraph(graph, new Map([...constants, [extracted.target, masked]]), [
        extracted.logits,
      ] as const);
      return classLogits(logits, classes);
    });
    try {
      const logits = Float32Array.from(await result.data());
      return { logits, probabilities: probabilitiesOf(logits, extracted.tail.scoreFunction) };
    } finally {
      tf.dispose([result, ...inputs, ...constants.values()]);
    }
  });
}

/**
 * Returns the feature map that `ablationCam` would ablate: the target layer's output for one input, `[...positions, channels]`.
 *
 * @throws as `ablationCam`; XaiError `invalid-input` for a batch
 */
export async function featureMap(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: LookInsideOptions = {},
): Promise<InputArray> {
  return lookInside(model, input, options, async ({ graph, batch }) => {
    const { tensor } = resolveTarget(graph, options);
    const inputs = batchTensors(batch, 0, 1);
    const feeds = new Map(graph.inputs.map((id, index) => [id, inputs[index] ?? tf.tensor([])]));
    const activation = tf.tidy(() => runLayerGraph(graph, feeds, [tensor] as const)[0]);
    try {
      return { data: Float32Array.from(await activation.data()), shape: activation.shape.slice(1) };
    } finally {
      tf.dispose([activation, ...inputs]);
    }
  });
}

/** Runs `look` on the backend of choice, with nothing else on TensorFlow.js meanwhile. */
function lookInside<T>(
  model: tf.LayersModel,
  input: ExplainedInput,
  { backend = 'auto', signal }: LookInsideOptions,
  look: (opened: OpenModel) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  return exclusive(() =>
    keepingBackend(async () => {
      throwIfAborted(signal);
      const opened = await openModel(model, input);
      if (opened.batch.inputs !== 1) {
        throw new XaiError('invalid-input', `One input is looked at a time, got ${opened.batch.inputs}.`);
      }
      await chooseRuntime({ backend, executor: 'reference', strategy: 'naive' }, undefined);
      await fetchWeights(model);
      return look(opened);
    }),
  );
}

function checkChannels(channels: readonly number[], size: number): void {
  const wrong = channels.find((k) => !(Number.isInteger(k) && k >= 0 && k < size));
  if (wrong === undefined) return;
  throw new XaiError(
    'invalid-option',
    `Channel ${wrong} does not exist: the layer has ${size}, 0 to ${size - 1}.`,
  );
}
