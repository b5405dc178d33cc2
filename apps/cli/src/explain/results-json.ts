import { encodeNpy } from '@ablation-cam/model';
import { explanationJson, type Explanation, type ExplanationResult } from '@ablation-cam/xai';
import type { NaiveComparison } from './compare.ts';
import type { OpenedInput } from './open-input.ts';
import type { ExplainRequest } from './request.ts';

/** Above so many values the ablated scores go into a file beside the JSON. */
const LARGEST_INLINE_SCORES = 100_000;

/**
 * Returns what `--json` prints, one explanation or a list of them, and the ablated scores as .npy where they are too many
 * for it.
 *
 * @param scoresFile what stands in their place then
 */
export function resultsJson(
  request: ExplainRequest,
  { input, classNames }: OpenedInput,
  results: readonly ExplanationResult[],
  comparison: NaiveComparison | null,
  scoresFile: string,
): { json: object; scoresNpy: Uint8Array | null } {
  const { model, output } = request;
  let scoresNpy: Uint8Array | null = null;
  const explanations = results.flatMap((result) =>
    result.explanations.map((explanation) => {
      const { ablatedScores, ...others } = explanation;
      const scores = request.ablatedScores ? ablatedScores : undefined;
      const isLarge = scores !== undefined && scores.length > LARGEST_INLINE_SCORES;
      // They are the same for all classes.
      if (isLarge) scoresNpy ??= encodeNpy(scores, [result.channels ?? 0, result.classes ?? 0]);
      const about = { model, input: input.name, output, className: nameOf(classNames, explanation) };
      return {
        ...explanationJson(result, isLarge || !scores ? others : explanation, about),
        ...(isLarge && { ablatedScores: scoresFile }),
        ...(comparison && { comparison }),
      };
    }),
  );
  const [only] = explanations;
  return { json: explanations.length === 1 && only ? only : { explanations }, scoresNpy };
}

function nameOf(classNames: readonly string[], { classIndex }: Explanation): string | null {
  return classIndex === null ? null : (classNames[classIndex] ?? null);
}
