import type { FloatArray, PositionMap } from '@ablation-cam/xai';
import type { Explained } from '../protocol/descriptions.ts';
import type { ShownAttribution } from './selectors.ts';

/** Returns the explanation of one class in the format of `pnpm explain --json`. */
export function explanationJson(explained: Explained, shown: ShownAttribution, className: string): object {
  const { run, model, input, probabilities, logits } = explained;
  const { method, classIndex, contrast, weights, map, mapSigned, warnings, totalMs } = shown;
  return {
    model: model.name,
    input: input.name,
    layer: run.layer,
    method,
    classIndex,
    className,
    ...(contrast !== null && { contrastIndex: contrast }),
    score: run.score,
    probabilities: probabilities && [...probabilities],
    logits: [...logits],
    channels: run.channels,
    ...(weights && { weights: [...weights] }),
    map: describe(map),
    mapSigned: describe(mapSigned),
    backend: run.backend.chosen,
    ...(method === 'ablation-cam' && ablationOf(explained)),
    timings: totalMs === null ? run.timings : { totalMs },
    warnings: [...run.warnings, ...warnings],
  };
}

/** What Ablation-CAM alone has. */
function ablationOf({ run, ablatedScores }: Explained): object {
  return {
    ablation: typeof run.ablation === 'string' ? run.ablation : [...run.ablation],
    weighting: run.weighting,
    norm: run.norm,
    strategy: run.strategy,
    ablatedScores: Array.from({ length: run.channels }, (_, k) => [
      ...ablatedScores.subarray(k * run.classes, (k + 1) * run.classes),
    ]),
    executor: run.executor?.chosen ?? null,
    adapter: run.adapter,
    dispatches: run.dispatches,
  };
}

function describe({ shape, data }: PositionMap<FloatArray>): object {
  return { shape, data: [...data] };
}
