import type { NetworkSource } from '@ablation-cam/model';
import type { ClassExplanation, ExplanationResult } from '../explanation/explanation.ts';
import type { ExplainedInput } from '../forward/model-input.ts';
import type { MethodName } from '../methods/names.ts';
import type { MethodOptions } from '../methods/registry.ts';
import { explain } from './explain.ts';

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
 * Explains what a classifier saw: switches off every channel of a feature map, all channels together, measures how far the class
 * score falls, and weighs the channels by that: w_k = (y - y_k) / |y|.
 *
 * Source: Desai and Ramaswamy, "Ablation-CAM: Visual Explanations for Deep Convolutional Network via Gradient-free
 * Localization", WACV 2020. The result is exact: up to rounding it is that of one pass through the network a channel.
 * Deviations: the relative drop divides by |y|; the score is by default the probability, as in common implementations.
 *
 * @param source a `tf.LayersModel`, a `tf.GraphModel` or a `Network`; it is only read
 * @param input one input or a batch, `[...shape]` or `[batch, ...shape]`; tensors stay the caller's
 * @returns one explanation for each input and class, with weights `[channels]` and a map at the target layer's positions; plain arrays,
 *   nothing to dispose of
 * @throws what {@link explain} throws
 */
export async function ablationCam(
  source: NetworkSource,
  input: ExplainedInput,
  options: AblationCamCallOptions = {},
): Promise<ExplanationResult<ClassExplanation>> {
  const result = await explain(source, input, { ...options, method: 'ablation-cam' });
  return result as ExplanationResult<ClassExplanation>;
}

/**
 * Weighs each channel by the mean of the score's gradient over its positions: w_k = mean_p dy/dA_pk.
 *
 * Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV 2017,
 * Eq. 1 and 2. Deviation: the score is by default the probability, not the logit.
 *
 * @returns one explanation for each input and target, with weights `[channels]` and a map at the target layer's positions; plain arrays
 * @throws what {@link explain} throws
 */
export const gradCam = named('grad-cam');

/**
 * Weighs each channel by its positive gradients, each position's by how little the channel repeats it. With g = dy/dA_pk
 * and S_k = sum_p A_pk:
 *
 *     alpha_pk = g^2 / (2 g^2 + S_k g^3 + epsilon), 0 where g = 0
 *     w_k = sum_p alpha_pk max(0, g)
 *
 * Source: Chattopadhay et al., "Grad-CAM++: Generalized Gradient-Based Visual Explanations for Deep Convolutional
 * Networks", WACV 2018, Eq. 19, whose powers of g stand for the derivatives of exp(y). Deviations, those of the common
 * implementations: y is the score itself and not its exponential; epsilon is 1e-6; the score is by default the probability.
 * The arithmetic is float64: g^3 of a confident prediction is far below what float32 holds.
 *
 * @returns one explanation for each input and target, with weights `[channels]` and a map at the target layer's positions; plain arrays
 * @throws what {@link explain} throws
 */
export const gradCamPlusPlus = named('grad-cam++');

/**
 * Weighs every position of every channel by its own positive gradient: map_p = sum_k max(0, dy/dA_pk) A_pk. Of use for
 * early layers as well, whose channels respond to many things.
 *
 * Source: Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", IEEE TIP 2021, Eq. 5
 * and 6.
 *
 * @returns one explanation for each input and target, with a map at the target layer's positions and no weights; plain arrays
 * @throws what {@link explain} throws
 */
export const layerCam = named('layer-cam');

/**
 * Multiplies gradient and activation position by position: map_p = sum_k dy/dA_pk A_pk. Where a linear layer follows the
 * target, the map sums up to the score without its bias. Equal to Grad-CAM where the gradient is the same at all
 * positions, as before a global average pooling.
 *
 * Source: Draelos and Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural
 * networks", 2020, Eq. 3.
 *
 * @returns one explanation for each input and target, with a map at the target layer's positions and no weights; plain arrays
 * @throws what {@link explain} throws
 */
export const hiresCam = named('hires-cam');

/**
 * Weighs channels by the first right singular vector of the activation: what the layer saw most of, whatever the class.
 * The score has no part in the map.
 *
 * Source: Muhammad and Yeasin, "Eigen-CAM: Class Activation Map using Principal Components", IJCNN 2020, Eq. 3. The
 * activation is not centred, as in the paper. Singular vectors have no sign of their own: the one is taken with which the
 * map's sum is not negative, so that non-negative activations give a non-negative map.
 *
 * @returns one explanation for each input and target, with weights `[channels]` and a map at the target layer's positions; plain arrays
 * @throws what {@link explain} throws
 */
export const eigenCam = named('eigen-cam');

/**
 * Weighs each channel by the score of the input seen through it: the channel is resized to the input, stretched to [0, 1]
 * and multiplied with it, and w = softmax over the channels of the scores y_k. A channel that is the same everywhere
 * makes no mask and has weight 0.
 *
 * Source: Wang et al., "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks", CVPR Workshops
 * 2020, Algorithm 1; the score of the baseline, which it subtracts, cancels in the softmax. Deviation: the score is by
 * default the probability. One pass through the network a channel; masks are made in chunks.
 *
 * @returns one explanation for each input and target, with weights `[channels]` and a map at the target layer's positions; plain arrays
 * @throws what {@link explain} throws
 */
export const scoreCam = named('score-cam');

/**
 * Attributes to each element of the input how strongly the score reacts to it: |dy/dx|.
 *
 * Source: Simonyan et al., "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency
 * Maps", ICLR Workshop 2014, as Captum's `Saliency`. Deviation: the map sums over the input's channels, where the paper
 * takes their maximum.
 *
 * @returns one explanation for each input and target, with `attributions` in the shape of the input; plain arrays
 * @throws what {@link explain} throws
 */
export const saliency = named('saliency');

/**
 * Attributes to each element of the input its part in the score of a linear model that touches the network there: x dy/dx.
 *
 * Source: Shrikumar et al., "Not Just a Black Box: Learning Important Features Through Propagating Activation
 * Differences", 2016, as Captum's `InputXGradient`.
 *
 * @returns one explanation for each input and target, with `attributions` in the shape of the input; plain arrays
 * @throws what {@link explain} throws
 */
export const inputXGradient = named('input-x-gradient');

/**
 * Attributes the difference between the score and that of a baseline b to the elements of the input:
 * (x - b) times the mean of dy/dx on the straight line from b to x.
 *
 * The attributions add up to y(x) - y(b) but for `convergenceDelta`, which says how good the mean is: more steps make it
 * smaller.
 *
 * Source: Sundararajan et al., "Axiomatic Attribution for Deep Networks", ICML 2017, Eq. 1, with the quadratures of
 * Captum's `IntegratedGradients`.
 *
 * @returns one explanation for each input and target, with `attributions` in the shape of the input; plain arrays
 * @throws what {@link explain} throws
 */
export const integratedGradients = named('integrated-gradients');

/**
 * Attributes to each element of the input how strongly the score reacts to it on average around the input:
 * |mean of dy/dx at x + noise|.
 *
 * Source: Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017. The absolute value is taken of the mean, as
 * in the paper's figures; Captum's `NoiseTunnel` around `Saliency` takes the mean of absolute values.
 *
 * @returns one explanation for each input and target, with `attributions` in the shape of the input; plain arrays
 * @throws what {@link explain} throws
 */
export const smoothGrad = named('smooth-grad');

/**
 * Attributes to each element of the input how far the score falls on average when a window that covers it is replaced by
 * the baseline. Windows start at every multiple of the stride until one reaches the end; that one is cut off there.
 *
 * Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, as Captum's `Occlusion`.
 *
 * @returns one explanation for each input and target, with `attributions` in the shape of the input; plain arrays
 * @throws what {@link explain} throws
 */
export const occlusion = named('occlusion');

/**
 * Attributes to every element of a feature how far the score falls when the whole feature is replaced by the baseline:
 * y(x) - y(x without it).
 *
 * Source: Captum's `FeatureAblation`.
 *
 * @returns one explanation for each input and target, with `attributions` in the shape of the input; plain arrays
 * @throws what {@link explain} throws
 */
export const featureAblation = named('feature-ablation');

/**
 * A map of random numbers in [0, 1) at the target layer's resolution, which knows nothing of model and input: what every
 * method has to beat. The same seed gives the same map for the same place in the batch, whatever the class.
 *
 * @returns one explanation for each input and target, with a map at the target layer's positions and no weights; plain arrays
 * @throws what {@link explain} throws
 */
export const randomMap = named('random');
