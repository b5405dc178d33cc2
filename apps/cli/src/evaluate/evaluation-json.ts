import type { EvaluationResult } from '@ablation-cam/model';
import type { EvaluateRequest } from './request.ts';

/** What `--json` prints: all figures but the points of the curves and the inputs of the failed examples. */
export function evaluationJson(request: EvaluateRequest, result: EvaluationResult): object {
  const { failures, classes } = result;
  return {
    model: request.model,
    data: result.dataName,
    samples: result.sampleCount,
    accuracy: result.accuracy,
    classes,
    means: result.means,
    confusion: result.confusion,
    confusionNormalised: result.confusionNormalised,
    failureCount: result.failureCount,
    failures: failures.map(({ index, source, label, predicted, confidence, trueScore }) => ({
      index,
      source,
      label: classes[label]?.name,
      predicted: classes[predicted]?.name,
      confidence,
      trueScore,
    })),
    skipped: result.skipped,
    run: result.run,
  };
}
