import { explanationJson, type ExplanationJson } from '@ablation-cam/xai';
import type { Explained } from '../protocol/descriptions.ts';
import type { ShownAttribution } from './selectors.ts';

/** Returns the map that is shown in the format of `pnpm explain --json`. */
export function shownJson(
  explained: Explained,
  shown: ShownAttribution,
  className: string | null,
): ExplanationJson {
  const { model, input, probabilities, logits, ablatedScores } = explained;
  const { run, contrast, ...map } = shown;
  return explanationJson(
    run,
    { ...map, probabilities, logits, ...(run.settings && ablatedScores && { ablatedScores }) },
    {
      model: model.name,
      input: input.name,
      output: model.output ?? undefined,
      className,
      contrastIndex: contrast ?? undefined,
    },
  );
}
