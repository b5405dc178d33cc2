import { extentOf } from '../maps/extent.ts';
import { resizeBilinear } from '../maps/resize-bilinear.ts';
import type { CamContext, CamMethod, LayerEvidence } from './cam.ts';
import { wholeNumber } from './check-option.ts';
import type { CamOptions } from './options.ts';
import { inputAt, scoreVariants } from './perturbation.ts';

/** Options of Score-CAM. */
export interface ScoreCamOptions extends CamOptions {
  /** Masked inputs that go through the network together; default: as many as fit. */
  readonly perPass?: number | undefined;
}

/** What `scoreCam` does; its definition and source stand there. */
export function scoreCamMethod(options: ScoreCamOptions): CamMethod {
  const perPass = options.perPass === undefined ? undefined : wholeNumber('perPass', options.perPass);
  const weights = (evidence: LayerEvidence, context: CamContext): Promise<Float64Array> =>
    scoreCamWeights(evidence, context, perPass);
  return { name: 'score-cam', usesGradient: false, weights };
}

async function scoreCamWeights(
  { activation, channels, positionShape }: LayerEvidence,
  { call, target, aim, inputIndex, report }: CamContext,
  perPass: number | undefined,
): Promise<Float64Array> {
  const { data, shape } = inputAt(call, inputIndex);
  const planes = Array.from({ length: channels }, (_, k) => ({
    shape: positionShape,
    data: Float32Array.from(
      { length: activation.length / channels },
      (_, p) => activation[p * channels + k]!,
    ),
  }));
  const live = planes.flatMap((plane, k) => (plane.data.some((value) => value !== plane.data[0]) ? [k] : []));
  const inputPositions = shape.slice(0, positionShape.length);
  const depth = data.length / inputPositions.reduce((product, length) => product * length, 1);
  const write = (variant: number, into: Float32Array): void => {
    const { data: resized } = resizeBilinear(planes[live[variant]!]!, inputPositions);
    const { low, high } = extentOf(resized);
    const range = high > low ? high - low : 1;
    for (let i = 0; i < into.length; i++) {
      into[i] = (data[i]! * (resized[Math.floor(i / depth)]! - low)) / range;
    }
  };
  const scores = await scoreVariants(call, target, aim, { count: live.length, perPass, write }, report);
  const largest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  const weights = new Float64Array(channels);
  live.forEach((k, i) => {
    weights[k] = exponentials[i]! / sum;
  });
  return weights;
}
