import type { Call } from '../explainer/call.ts';
import { heatmapOf } from '../maps/heatmap.ts';
import type { Explanation, FloatArray } from './explanation.ts';
import { explanationWarnings } from './warnings.ts';

/** What a method found out about one input and target. */
export interface Finding extends Pick<
  Explanation,
  'inputIndex' | 'classIndex' | 'classScore' | 'probabilities' | 'logits' | 'weights'
> {
  /** Sizes of the map's position axes. */
  readonly shape: readonly number[];
  /** The signed map, `[...shape]`. */
  readonly signed: FloatArray;
  readonly ablatedScores?: Float32Array | null;
  readonly attributions?: Explanation['attributions'];
  readonly convergenceDelta?: number | undefined;
}

/** Makes an explanation of what a method found out: what all methods have in common. */
export function explanationOf(
  call: Call,
  target: number,
  method: ExplainedBy,
  finding: Finding,
): Explanation {
  const started = performance.now();
  const { shape, signed, weights, ablatedScores, attributions, convergenceDelta, ...base } = finding;
  const mapSigned = { shape, data: signed };
  const map = { shape, data: positivePart(signed) };
  const inputShape = call.batch.arrays[0]?.shape.slice(1) ?? [];
  const inputPositions = inputShape.length > 1 ? inputShape.slice(0, -1) : inputShape;
  const explanation = {
    ...base,
    weights,
    mapSigned,
    map,
    heatmap: heatmapOf(map, inputPositions.length === shape.length ? inputPositions : shape),
    ...(ablatedScores && { ablatedScores }),
    ...(attributions && { attributions }),
    ...(convergenceDelta !== undefined && { convergenceDelta }),
  };
  const warnings = explanationWarnings(explanation, {
    ...method,
    score: call.targets[target]?.score ?? 'function',
    scoreFunction: call.output.scoreFunction,
  });
  call.clock.mapMs += performance.now() - started;
  return { ...explanation, warnings };
}

/** max(0, x). A loop: callbacks take longer. */
function positivePart(values: FloatArray): FloatArray {
  const positive = values.slice();
  for (let i = 0; i < positive.length; i++) positive[i] = Math.max(0, positive[i]!);
  return positive;
}

/** What the warnings have to know of a method. */
export interface ExplainedBy {
  readonly method: string;
  /** Ablation-CAM's weighting. */
  readonly weighting?: 'relative-drop' | 'slope';
}
