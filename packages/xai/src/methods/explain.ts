import type * as tf from '@tensorflow/tfjs';
import type { AblationCamOptions } from '../explanation/options.ts';
import type { ExplainedInput } from '../forward/model-input.ts';
import { ablationCam } from './ablation-cam.ts';
import { ablationCamOfTarget } from './ablation-target.ts';
import { oneOf } from './check-option.ts';
import { eigenCam } from './eigen-cam.ts';
import { featureAblation, type FeatureAblationOptions } from './feature-ablation.ts';
import { gradCam } from './grad-cam.ts';
import { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
import { hiresCam } from './hires-cam.ts';
import { inputXGradient } from './input-x-gradient.ts';
import { integratedGradients, type IntegratedGradientsOptions } from './integrated-gradients.ts';
import { layerCam } from './layer-cam.ts';
import { meanOfLayers } from './mean-of-layers.ts';
import { methodNames, type MethodName } from './names.ts';
import { occlusion, type OcclusionOptions } from './occlusion.ts';
import type { CamOptions, CommonOptions } from './options.ts';
import { randomMap, type RandomMapOptions } from './random-map.ts';
import type { MethodResult } from './result.ts';
import { saliency, type SaliencyOptions } from './saliency.ts';
import { scoreCam, type ScoreCamOptions } from './score-cam.ts';
import { smoothGrad, type SmoothGradOptions } from './smooth-grad.ts';

/** What each method takes. */
export interface MethodOptions {
  'ablation-cam': AblationCamOptions & CommonOptions;
  'grad-cam': CamOptions;
  'grad-cam++': CamOptions;
  'layer-cam': CamOptions;
  'hires-cam': CamOptions;
  'eigen-cam': CamOptions;
  'score-cam': ScoreCamOptions;
  saliency: SaliencyOptions;
  'input-x-gradient': CommonOptions;
  'integrated-gradients': IntegratedGradientsOptions;
  'smooth-grad': SmoothGradOptions;
  occlusion: OcclusionOptions;
  'feature-ablation': FeatureAblationOptions;
  random: RandomMapOptions;
}

/** What `explain` takes: a method, its options, and several layers where the method works on a layer. */
export type ExplainOptions<M extends MethodName = MethodName> = {
  [K in M]: Omit<MethodOptions[K], 'layer'> & {
    readonly method: K;
    /**
     * The target layer, or several, whose maps are averaged; default: the last feature map before the output. Methods that
     * attribute to the input have none.
     */
    readonly layer?: string | readonly string[] | undefined;
  };
}[M];

type Run<K extends MethodName> = (
  model: tf.LayersModel,
  input: ExplainedInput,
  options: MethodOptions[K],
) => Promise<MethodResult>;

const METHODS: { readonly [K in MethodName]: Run<K> } = {
  'ablation-cam': runAblationCam,
  'grad-cam': gradCam,
  'grad-cam++': gradCamPlusPlus,
  'layer-cam': layerCam,
  'hires-cam': hiresCam,
  'eigen-cam': eigenCam,
  'score-cam': scoreCam,
  saliency,
  'input-x-gradient': inputXGradient,
  'integrated-gradients': integratedGradients,
  'smooth-grad': smoothGrad,
  occlusion,
  'feature-ablation': featureAblation,
  random: randomMap,
};

/**
 * Explains why a network answered as it did, with the method named.
 *
 * @param model a Keras-style model of TensorFlow.js; it is only read. TensorFlow.js's current backend is the same after
 *   the call as before.
 * @param input one input or a batch, `[...shape]` or `[batch, ...shape]`; tensors stay the caller's
 * @returns one explanation for each input and target; plain arrays, nothing to dispose of
 * @throws XaiError `invalid-option` for an unknown method (the message lists them) or an option that does not fit,
 *   `invalid-input`, `unsupported-model` where the model lacks what the method needs, such as a gradient, `aborted`;
 *   ModelError `unknown-layer`, `unsupported-layer` for a layer that does not exist or has no channels; KernelsError
 */
export async function explain<M extends MethodName>(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: ExplainOptions<M>,
): Promise<MethodResult> {
  const { method, layer, ...others } = options as ExplainOptions;
  const run = METHODS[oneOf('method', method, methodNames)] as Run<MethodName>;
  if (typeof layer === 'string' || layer === undefined) return run(model, input, { ...others, layer });
  return meanOfLayers(layer, others, (one, progress) =>
    run(model, input, { ...others, ...progress, layer: one }),
  );
}

/** Ablation-CAM as the other methods are: a result of theirs, and any target. */
async function runAblationCam(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: AblationCamOptions & CommonOptions,
): Promise<MethodResult> {
  if (options.target !== undefined) return ablationCamOfTarget(model, input, options);
  const result = await ablationCam(model, input, options);
  const { classIndex = 'predicted' } = options;
  const classes = classIndex === 'predicted' ? ['the predicted class'] : classesOf(result.explanations);
  return {
    method: 'ablation-cam',
    explanations: result.explanations,
    layers: [result.layer],
    targets: classes.map((name) => `${result.score} of ${name}`),
    score: result.score,
    backend: result.backend,
    executor: result.executor,
    adapter: result.adapter,
    timings: { totalMs: result.timings.totalMs },
    warnings: result.warnings,
  };
}

function classesOf(explanations: readonly { inputIndex: number; classIndex: number }[]): string[] {
  return explanations
    .filter(({ inputIndex }) => inputIndex === 0)
    .map(({ classIndex }) => `class ${String(classIndex)}`);
}
