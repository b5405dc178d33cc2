import type { Explanation, MethodName, MethodResult } from '@ablation-cam/xai';
import { describeMap } from './explanation-json.ts';
import type { Subject } from './open-subject.ts';
import type { ExplainRequest } from './request.ts';

/** What one of several methods found. */
export interface MethodRun {
  readonly method: MethodName;
  /** Null where the method attributes to the input. */
  readonly layer: string | null;
  readonly explanations: readonly Explanation[];
  readonly totalMs: number;
  readonly warnings: readonly string[];
  /** One for each explanation. */
  readonly json: readonly object[];
}

/** Returns each explanation as JSON: the fields of Ablation-CAM's that the method has, and its own. */
export function methodJson(
  request: ExplainRequest,
  { input, classNames }: Subject,
  result: MethodResult,
): object[] {
  return result.explanations.map((explanation) => {
    const { classIndex, probabilities, logits, weights, attributions, convergenceDelta } = explanation;
    return {
      model: request.model,
      input: input.name,
      layer: result.layers[0] ?? null,
      method: result.method,
      classIndex,
      className: classNames[classIndex ?? -1] ?? null,
      score: result.score,
      probabilities: probabilities && [...probabilities],
      logits: logits && [...logits],
      ...(weights && { channels: weights.length, weights: [...weights] }),
      map: describeMap(explanation.map),
      mapSigned: describeMap(explanation.mapSigned),
      ...(attributions && { attributions: describeMap(attributions) }),
      ...(convergenceDelta !== undefined && { convergenceDelta }),
      backend: result.backend.chosen,
      adapter: result.adapter,
      timings: result.timings,
      warnings: [...result.warnings, ...explanation.warnings],
    };
  });
}
