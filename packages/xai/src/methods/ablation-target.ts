import * as tf from '@tensorflow/tfjs';
import { channelNorm, channelPlane, channelWeight, type Norm, type Weighting } from '@ablation-cam/kernels';
import type { AblationExplanation } from '../explanation/explanation.ts';
import { settingsOf, type AblationCamOptions } from '../explanation/options.ts';
import type { ExplainedInput } from '../forward/model-input.ts';
import { ablationCam } from './ablation-cam.ts';
import { runCam, type CamContext, type LayerEvidence } from './cam.ts';
import type { CommonOptions } from './options.ts';
import type { MethodResult } from './result.ts';

/** The options of Ablation-CAM, with targets besides a class and its score. */
export type AblationTargetOptions = Omit<AblationCamOptions, 'score' | 'classIndex'> & CommonOptions;

/**
 * Ablation-CAM of any target that can be read from the logits: the ablated logits of all classes come from one run, and
 * the target makes a score of each row of them.
 *
 * @returns one explanation for each input and target, with weights `[channels]`
 * @throws what `ablationCam` and `explain` throw
 */
export async function ablationCamOfTarget(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: AblationTargetOptions,
): Promise<MethodResult> {
  const { target, ...others } = options;
  const { weighting, norm } = settingsOf(others);
  const ablated = await ablationCam(model, input, { ...others, classIndex: 'predicted', score: 'logit' });
  const weights = (evidence: LayerEvidence, context: CamContext): Promise<Float64Array> => {
    const explanation = ablated.explanations[context.inputIndex];
    if (!explanation) throw new RangeError(`Input ${String(context.inputIndex)} was not ablated.`);
    return targetWeights(evidence, context, explanation, weighting, norm);
  };
  const result = await runCam({ name: 'ablation-cam', usesGradient: false, weights }, model, input, {
    ...others,
    target,
  });
  return {
    ...result,
    executor: ablated.executor,
    adapter: ablated.adapter,
    timings: { totalMs: ablated.timings.totalMs + result.timings.totalMs },
    warnings: [...ablated.warnings, ...result.warnings],
  };
}

async function targetWeights(
  { activation, channels }: LayerEvidence,
  { session, target, aim }: CamContext,
  { logits, ablatedScores }: AblationExplanation,
  weighting: Weighting,
  norm: Norm,
): Promise<Float64Array> {
  // The untouched logits and those without each channel, as the target reads them.
  const rows = tf.tidy(() => {
    const values = tf.tensor2d(Float32Array.of(...logits, ...ablatedScores), [channels + 1, logits.length]);
    const isOutput =
      session.output.tensor === target.tensor && session.output.tensor !== session.output.logits;
    if (!isOutput) return values;
    return session.output.scoreFunction === 'softmax' ? tf.softmax(values) : tf.sigmoid(values);
  });
  try {
    const scores = await target.scores(
      rows,
      Array.from({ length: channels + 1 }, () => aim),
    );
    const [score = 0] = scores;
    return Float64Array.from({ length: channels }, (_, k) => {
      const length = weighting === 'slope' ? channelNorm(channelPlane(activation, k, channels), norm) : 0;
      return channelWeight(weighting, score - scores[k + 1]!, score, length);
    });
  } finally {
    rows.dispose();
  }
}
