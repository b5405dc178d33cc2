import type { ClassMap, Explained, PositionMap } from '../protocol/descriptions.ts';

/** Returns the explanation of one class in the format of `pnpm explain --json`. */
export function explanationJson(explained: Explained, map: ClassMap, className: string): object {
  const { run, model, input, probabilities, logits, ablatedScores } = explained;
  return {
    model: model.name,
    input: input.name,
    layer: run.layer,
    method: run.method,
    classIndex: map.classIndex,
    className,
    score: run.score,
    ablation: typeof run.ablation === 'string' ? run.ablation : [...run.ablation],
    weighting: run.weighting,
    norm: run.norm,
    strategy: run.strategy,
    probabilities: probabilities && [...probabilities],
    logits: [...logits],
    channels: run.channels,
    weights: [...map.weights],
    ablatedScores: Array.from({ length: run.channels }, (_, k) => [
      ...ablatedScores.subarray(k * run.classes, (k + 1) * run.classes),
    ]),
    map: describe(map.map),
    mapSigned: describe(map.mapSigned),
    backend: run.backend.chosen,
    executor: run.executor?.chosen ?? null,
    adapter: run.adapter,
    dispatches: run.dispatches,
    timings: run.timings,
    warnings: [...run.warnings, ...map.warnings],
  };
}

function describe({ shape, data }: PositionMap): object {
  return { shape, data: [...data] };
}
