import type { AdapterDescription, ExecutorName, Score } from '@ablation-cam/kernels';
import type { ForwardBackend } from '../runtime/choose-runtime.ts';
import type { MethodName } from '../methods/names.ts';
import type { Strategy } from '../methods/options.ts';
import type { Explanation, ExplanationRun, FloatArray, PositionMap, Timings } from './explanation.ts';

/** What an explanation is about, where its numbers do not say so. */
export interface ExplanationContext {
  readonly model: string;
  readonly input: string;
  /** Name of the output that is explained, for a network with several. */
  readonly output?: string | undefined;
  /** What the explained class is called, or null where it has no name. */
  readonly className: string | null;
  /** The class that the explained one is held against. */
  readonly contrastIndex?: number | undefined;
}

/** An explanation as plain data for a file: one format for all methods, with lists in the place of typed arrays. */
export interface ExplanationJson {
  readonly model: string;
  readonly input: string;
  /** Only for a network with several outputs. */
  readonly output?: string;
  /** The target layer; null where there are several, or where the method attributes to the input. */
  readonly layer: string | null;
  /** The target layers, where several are averaged. */
  readonly layers?: readonly string[];
  readonly method: MethodName;
  /** Null where the score is about no class. */
  readonly classIndex: number | null;
  readonly className: string | null;
  /** Only where one class is held against another. */
  readonly contrastIndex?: number;
  /** What is explained. */
  readonly score: Score | 'function';
  /** How channels were switched off, one number a channel where they were given; Ablation-CAM alone. */
  readonly ablation?: string | readonly number[];
  /** Ablation-CAM alone. */
  readonly weighting?: 'relative-drop' | 'slope';
  /** Of the weighting `slope`; Ablation-CAM alone. */
  readonly norm?: 1 | 2;
  /** Ablation-CAM alone. */
  readonly strategy?: Strategy;
  /** One for each class, or null where the network has none. */
  readonly probabilities: readonly number[] | null;
  /** One for each class, or null where the output is no vector of classes. */
  readonly logits: readonly number[] | null;
  /** Channels of the target layer; only where there is one such layer. */
  readonly channels?: number;
  /** One for each channel; only where the method has them. */
  readonly weights?: readonly number[];
  /** max(0, mapSigned). */
  readonly map: MapJson;
  /** How much each position speaks for the score or against it, at the layer's resolution. */
  readonly mapSigned: MapJson;
  /** The score of every class without each channel, `[channels][classes]`; only where it was asked for. */
  readonly ablatedScores?: readonly (readonly number[])[];
  /** One for each element of the input; only where the method attributes to the input. */
  readonly attributions?: MapJson;
  /** What completeness leaves over; only where the method knows it. */
  readonly convergenceDelta?: number;
  /** The backend of the passes through the network. */
  readonly backend: ForwardBackend;
  /** What ran the ablation, null in the naive strategy; Ablation-CAM alone. */
  readonly executor?: ExecutorName | null;
  /** The adapter that had a part, or null. */
  readonly adapter: AdapterDescription | null;
  /** GPU dispatches; Ablation-CAM alone. */
  readonly dispatches?: { readonly ablation: number; readonly map: number };
  /** In milliseconds. Of Ablation-CAM, `ablationMs` is `weightsMs` by its own name. */
  readonly timings: Timings & { readonly ablationMs?: number };
  /** Those of the run, then those of this explanation. */
  readonly warnings: readonly string[];
}

/** Values in row-major order. */
export interface MapJson {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What of an explanation the format holds. */
export type ExplanationNumbers = Pick<
  Explanation,
  | 'classIndex'
  | 'probabilities'
  | 'logits'
  | 'weights'
  | 'map'
  | 'mapSigned'
  | 'ablatedScores'
  | 'attributions'
  | 'convergenceDelta'
  | 'warnings'
>;

/**
 * Returns an explanation in the format of `pnpm explain --json`, which the viewer saves as well.
 *
 * @param run what the result says of the whole run; the result itself will do
 * @param explanation one of its explanations
 */
export function explanationJson(
  run: ExplanationRun,
  explanation: ExplanationNumbers,
  { model, input, output, className, contrastIndex }: ExplanationContext,
): ExplanationJson {
  const { layers, settings, channels, timings } = run;
  const { classIndex, probabilities, logits, weights, attributions, convergenceDelta } = explanation;
  const { ablatedScores } = explanation;
  const [layer = null, ...others] = layers;
  return {
    model,
    input,
    ...(output !== undefined && { output }),
    layer: others.length === 0 ? layer : null,
    ...(others.length > 0 && { layers: [...layers] }),
    method: run.method,
    classIndex,
    className,
    ...(contrastIndex !== undefined && { contrastIndex }),
    score: run.score,
    ...(settings && {
      ablation: typeof settings.ablation === 'string' ? settings.ablation : [...settings.ablation],
      weighting: settings.weighting,
      norm: settings.norm,
      strategy: settings.strategy,
    }),
    probabilities: probabilities && [...probabilities],
    logits: logits && [...logits],
    ...(channels !== null && { channels }),
    ...(weights && { weights: [...weights] }),
    map: mapJson(explanation.map),
    mapSigned: mapJson(explanation.mapSigned),
    ...(ablatedScores && channels !== null && { ablatedScores: rows(ablatedScores, channels) }),
    ...(attributions && { attributions: mapJson(attributions) }),
    ...(convergenceDelta !== undefined && { convergenceDelta }),
    backend: run.backend.chosen,
    ...(settings && { executor: run.executor?.chosen ?? null }),
    adapter: run.adapter,
    ...(settings && { dispatches: run.dispatches }),
    timings: { ...timings, ...(settings && { ablationMs: timings.weightsMs }) },
    warnings: [...run.warnings, ...explanation.warnings],
  };
}

function mapJson({ shape, data }: PositionMap<FloatArray>): MapJson {
  return { shape, data: [...data] };
}

function rows(values: Float32Array, count: number): number[][] {
  const length = values.length / count;
  return Array.from({ length: count }, (_, k) => [...values.subarray(k * length, (k + 1) * length)]);
}
