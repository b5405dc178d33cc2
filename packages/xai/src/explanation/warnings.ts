import type { Score, ScoreFunction } from '@ablation-cam/kernels';
import { extentOf } from '../maps/extent.ts';
import type { Explanation } from './explanation.ts';
import type { ExplainedBy } from './explanation-of.ts';

/** Nearer to 1 than this a probability has next to no room: most changes of the input leave it where it is. */
const SATURATED = 1e-6;

/** What the sentences are chosen by. */
export interface WarningContext extends ExplainedBy {
  readonly score: Score | 'function';
  readonly scoreFunction: ScoreFunction;
}

/** Returns what makes an explanation less of one than it looks, in sentences for readers who call nothing: no names of options or fields. */
export function explanationWarnings(
  explanation: Pick<Explanation, 'classScore' | 'weights' | 'mapSigned'>,
  context: WarningContext,
): string[] {
  return [...scoreWarnings(explanation, context), ...mapWarnings(explanation, context)];
}

function scoreWarnings(
  { classScore, weights }: Pick<Explanation, 'classScore' | 'weights'>,
  { weighting, score, scoreFunction }: WarningContext,
): string[] {
  const isProbability = score === 'probability' && scoreFunction !== 'linear';
  if (classScore === 0) {
    // A slope divides by the norm of the activation, not by the score.
    const isSetToZero = weighting === 'relative-drop' && weights?.every((weight) => weight === 0);
    const consequence = isSetToZero ? 'The score of this class is 0, so all its weights are set to 0.' : '';
    const remedy = isProbability ? 'Explain its logit.' : '';
    return [[consequence, remedy].filter(Boolean).join(' ')].filter(Boolean);
  }
  if (isProbability && 1 - classScore < SATURATED) {
    return [
      `The probability is saturated (${classScore.toPrecision(7)}), so that it hardly moves whatever changes; ` +
        'explaining the logit shows what lies behind it.',
    ];
  }
  return [];
}

function mapWarnings(
  { mapSigned, weights }: Pick<Explanation, 'weights' | 'mapSigned'>,
  { method }: WarningContext,
): string[] {
  const { low, high } = extentOf(mapSigned.data);
  if (low === high) return ['The map is flat: no position stands out, so it explains nothing.'];
  if (high > 0) return [];
  const what = 'The map has no positive value, so the map after ReLU is zero';
  if (weights === null) return [`${what}.`];
  const isAblation = method === 'ablation-cam';
  if (weights.every((weight) => weight <= 0)) {
    return [
      isAblation
        ? `${what}: without any one of its channels the class would score as high or higher.`
        : `${what}: no channel has a positive weight.`,
    ];
  }
  return [
    `${what}: channels with positive weights have negative activations here, or are outweighed; ` +
      'the signed map and the weights show them.',
  ];
}
