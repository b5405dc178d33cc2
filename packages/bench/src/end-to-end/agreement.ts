import type { Explanation, ExplanationResult } from '@ablation-cam/xai';
import { BenchError } from '../errors.ts';
import { largestOfEach, LARGEST_RELATIVE_ERROR, maxRelativeError } from '../measure/agreement.ts';
import type { EndToEndErrors } from '../results/result.ts';

/** The explanations of one network on one engine. */
export interface ExplainedCase {
  readonly ablationCam: ExplanationResult;
  readonly gradCam: ExplanationResult;
}

/**
 * How far the explanations of an engine are from float64's, and its Grad-CAM from that of the first engine.
 *
 * @param what the network and engine, for the message
 * @throws BenchError `disagreement` where one of them is further than a timed answer may be
 */
export function agreedErrors(
  { ablationCam, gradCam }: ExplainedCase,
  exact: ExplanationResult,
  first: ExplainedCase,
  what: string,
): EndToEndErrors {
  const errors = {
    weights: errorOf(ablationCam, exact, ({ weights }) => weights ?? []),
    map: errorOf(ablationCam, exact, ({ mapSigned }) => mapSigned.data),
    gradCam: errorOf(gradCam, first.gradCam, ({ mapSigned }) => mapSigned.data),
  };
  const worst = Math.max(errors.weights, errors.map, errors.gradCam);
  if (worst <= LARGEST_RELATIVE_ERROR) return errors;
  const told = `Ablation-CAM's weights by ${errors.weights.toExponential(1)} and map by ${errors.map.toExponential(1)} from float64, Grad-CAM's map by ${errors.gradCam.toExponential(1)} from the first engine's`;
  throw new BenchError(
    'disagreement',
    `The explanations of ${what} differ: ${told}, of the largest value; at most ${LARGEST_RELATIVE_ERROR.toExponential()} is expected.`,
  );
}

/** max |difference| / max |wanted| */
function errorOf(
  got: ExplanationResult,
  wanted: ExplanationResult,
  valuesOf: (explanation: Explanation) => ArrayLike<number>,
): number {
  const [a, b] = [got, wanted].map(({ explanations: [explanation] }) =>
    explanation ? valuesOf(explanation) : [],
  );
  return maxRelativeError(a ?? [], b ?? [], largestOfEach(b ?? [], 1));
}
