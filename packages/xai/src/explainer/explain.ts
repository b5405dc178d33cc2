import type { NetworkSource } from '@ablation-cam/model';
import type { ClassExplanation, ExplanationResult } from '../explanation/explanation.ts';
import type { ExplainedInput } from '../forward/model-input.ts';
import type { MethodName } from '../methods/names.ts';
import type { ExplainOptions, MethodOptions } from '../methods/registry.ts';
import { PreparedExplainer } from './explainer.ts';
import { sharedAblations } from './shared-ablations.ts';

/**
 * Explains why a network answered as it did, with the method named: one call of an explainer. What it prepares is kept for
 * the next calls on the same network and layer, a few at a time, until `releaseDevice`; whoever explains many inputs makes
 * an explainer with `createExplainer` and disposes of it.
 *
 * @param source a `tf.LayersModel`, a `tf.GraphModel` or a `Network`; it is only read (the naive strategy with `zero-kernel` changes one
 *   filter and puts it back). TensorFlow.js's current backend is the same after the call as before.
 * @param input one input or a batch, `[...shape]` or `[batch, ...shape]`; tensors stay the caller's
 * @returns one explanation for each input and target; plain arrays, nothing to dispose of
 * @throws XaiError `invalid-option` for an unknown method (the message lists them) or an option that does not fit,
 *   `invalid-input`, `unsupported-model` where the network lacks what the method needs, such as a gradient; ModelError
 *   `unknown-layer`, `unsupported-layer` for a layer that does not exist or has no channels, `not-finite` for NaN or an
 *   infinite number in the weights or the result; KernelsError `no-adapter` where
 *   WebGPU was asked for, `device-lost` (the next call gets a new device), `too-large`; the signal's reason after an abort
 */
export async function explain<M extends MethodName>(
  source: NetworkSource,
  input: ExplainedInput,
  options: ExplainOptions<M>,
): Promise<ExplanationResult> {
  return new PreparedExplainer(source, options, sharedAblations).explain(input);
}

/** A method by itself: `explain` with its name. */
type MethodFunction<M extends MethodName> = (
  source: NetworkSource,
  input: ExplainedInput,
  options?: MethodOptions[M],
) => Promise<ExplanationResult>;

function named<M extends MethodName>(method: M): MethodFunction<M> {
  return (source, input, options) => explain(source, input, { ...options, method });
}

/** What `ablationCam` takes: targets other than classes go to `explain`. */
export type AblationCamCallOptions = Omit<MethodOptions['ablation-cam'], 'target'>;

/**
 * Explains what a classifier saw: switches off every channel of a feature map, measures how far the class score falls, and
 * weighs the channels by that.
 *
 * @returns one explanation for each input and class, with weights `[channels]`
 * @throws what `explain` throws
 */
export async function ablationCam(
  source: NetworkSource,
  input: ExplainedInput,
  options: AblationCamCallOptions = {},
): Promise<ExplanationResult<ClassExplanation>> {
  const result = await explain(source, input, { ...options, method: 'ablation-cam' });
  return result as ExplanationResult<ClassExplanation>;
}

/** Weighs each channel by the mean of the score's gradient over its positions. @throws what `explain` throws */
export const gradCam = named('grad-cam');
/** Weighs each channel by its positive gradients, second-order terms included. @throws what `explain` throws */
export const gradCamPlusPlus = named('grad-cam++');
/** Weighs every position of every channel by its own positive gradient. @throws what `explain` throws */
export const layerCam = named('layer-cam');
/** Multiplies gradient and activation position by position. @throws what `explain` throws */
export const hiresCam = named('hires-cam');
/** The first principal component of the activation, whatever the class. @throws what `explain` throws */
export const eigenCam = named('eigen-cam');
/** Weighs each channel by the score of the input seen through it. @throws what `explain` throws */
export const scoreCam = named('score-cam');
/** How strongly the score reacts to each element of the input. @throws what `explain` throws */
export const saliency = named('saliency');
/** Each element of the input times the score's gradient there. @throws what `explain` throws */
export const inputXGradient = named('input-x-gradient');
/** The score's difference from a baseline's, along the straight line between them. @throws what `explain` throws */
export const integratedGradients = named('integrated-gradients');
/** Saliency averaged over noisy copies of the input. @throws what `explain` throws */
export const smoothGrad = named('smooth-grad');
/** How far the score falls when a window covers the input. @throws what `explain` throws */
export const occlusion = named('occlusion');
/** How far the score falls without each feature. @throws what `explain` throws */
export const featureAblation = named('feature-ablation');
/** Random numbers: what every method has to beat. @throws what `explain` throws */
export const randomMap = named('random');
