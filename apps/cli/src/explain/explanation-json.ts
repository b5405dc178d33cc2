import { encodeNpy } from '@ablation-cam/model';
import type { AblationCamResult, AblationExplanation, FloatArray, PositionMap } from '@ablation-cam/xai';
import type { Comparison } from './compare.ts';
import type { Subject } from './open-subject.ts';
import type { ExplainRequest } from './request.ts';

/** Above so many values the ablated scores go into a file beside the JSON. */
const LARGEST_INLINE_SCORES = 100_000;

/** Returns what `--json` prints, and the ablated scores as .npy where they are too many for it. */
export function explanationJson(
  request: ExplainRequest,
  subject: Subject,
  result: AblationCamResult,
  comparison: Comparison | null,
  scoresFile: string,
): { json: object; scoresNpy: Uint8Array | null } {
  const { explanations, scoresNpy } = ablationJson(request, subject, result, comparison, scoresFile);
  const [only] = explanations;
  return { json: explanations.length === 1 && only ? only : { explanations }, scoresNpy };
}

/** Returns each explanation as JSON, and the ablated scores as .npy where they are too many for it. */
export function ablationJson(
  request: ExplainRequest,
  subject: Subject,
  result: AblationCamResult,
  comparison: Comparison | null,
  scoresFile: string,
): { explanations: object[]; scoresNpy: Uint8Array | null } {
  const scores = request.ablatedScores ? (result.explanations[0]?.ablatedScores ?? null) : null;
  const isLarge = scores !== null && scores.length > LARGEST_INLINE_SCORES;
  const explanations = result.explanations.map((explanation) => ({
    model: request.model,
    input: subject.input.name,
    ...describeExplanation(result, explanation, subject),
    ...(request.ablatedScores && {
      ablatedScores: isLarge
        ? scoresFile
        : rows(explanation.ablatedScores ?? new Float32Array(), result.classes),
    }),
    ...(comparison && { comparison }),
  }));
  return {
    explanations,
    scoresNpy: isLarge ? encodeNpy(scores, [result.channels, result.classes]) : null,
  };
}

function describeExplanation(
  result: AblationCamResult,
  explanation: AblationExplanation,
  { classNames }: Subject,
): object {
  const { classIndex } = explanation;
  return {
    layer: result.layer,
    method: result.method,
    classIndex,
    className: classNames[classIndex] ?? null,
    score: result.score,
    ablation: typeof result.ablation === 'string' ? result.ablation : [...result.ablation],
    weighting: result.weighting,
    norm: result.norm,
    strategy: result.strategy,
    probabilities: explanation.probabilities ? [...explanation.probabilities] : null,
    logits: [...explanation.logits],
    channels: result.channels,
    weights: [...explanation.weights],
    map: describeMap(explanation.map),
    mapSigned: describeMap(explanation.mapSigned),
    backend: result.backend.chosen,
    executor: result.executor?.chosen ?? null,
    adapter: result.adapter,
    dispatches: result.dispatches,
    timings: result.timings,
    warnings: [...result.warnings, ...explanation.warnings],
  };
}

export function describeMap({ shape, data }: PositionMap<FloatArray>): object {
  return { shape, data: [...data] };
}

function rows(values: Float32Array, length: number): number[][] {
  return Array.from({ length: values.length / length }, (_, k) => [
    ...values.subarray(k * length, (k + 1) * length),
  ]);
}
