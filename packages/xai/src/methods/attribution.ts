import type * as tf from '@tensorflow/tfjs';
import type { Explanation } from '../explanation/explanation.ts';
import type { ExplainedInput } from '../forward/model-input.ts';
import { eachPass } from '../forward/open-model.ts';
import { heatmapOf, mapWarnings } from '../maps/heatmap.ts';
import type { Aim, BoundTarget } from '../targets/bound-target.ts';
import { basePass } from './base-pass.ts';
import type { MethodName } from './names.ts';
import type { CommonOptions } from './options.ts';
import { singleInput } from './perturbation.ts';
import type { MethodResult } from './result.ts';
import { runSession, type Session } from './session.ts';

/** An input and what is to be explained of it. */
export interface Subject {
  readonly inputIndex: number;
  /** The values of the input, `[...shape]`. */
  readonly data: Float32Array;
  readonly aim: Aim;
  /** y of the untouched input. */
  readonly score: number;
}

/** What a method found out about one subject. */
export interface Attribution {
  /** One for each element of the input, `[...shape]`. */
  readonly attributions: Float64Array;
  readonly convergenceDelta?: number;
}

export interface AttributionMethod {
  readonly name: MethodName;
  /** Explains all subjects with one target; returns one attribution for each. */
  readonly attribute: (
    session: Session,
    target: BoundTarget,
    subjects: readonly Subject[],
    report: (done: number) => void,
  ) => Promise<Attribution[]>;
}

/**
 * Runs a method that attributes a score to the elements of the input. The map sums the attributions over the input's
 * channels.
 *
 * @throws what `runSession` throws, and XaiError `unsupported-model` for a model with several inputs
 */
export async function runAttribution(
  method: AttributionMethod,
  model: tf.LayersModel,
  input: ExplainedInput,
  options: CommonOptions,
): Promise<MethodResult> {
  return runSession(method.name, model, input, options, async (session) => {
    const { shape, length } = singleInput(session);
    const given = session.batch.arrays[0]?.data ?? new Float32Array();
    const bases: Pick<Explanation, 'logits' | 'probabilities'>[] = [];
    const subjects: Subject[][] = session.targets.map(() => []);
    await eachPass(session, session.signal, async (inputs, first, count) => {
      const { targets, logits, probabilities, dispose } = await basePass(session, inputs);
      dispose();
      for (let n = 0; n < count; n++) {
        const inputIndex = first + n;
        const data = given.subarray(inputIndex * length, (inputIndex + 1) * length);
        bases.push({ logits: logits[n] ?? null, probabilities: probabilities[n] ?? null });
        targets.forEach(({ aims, scores }, m) =>
          subjects[m]?.push({ inputIndex, data, aim: aims[n]!, score: scores[n]! }),
        );
      }
    });

    const byTarget: Explanation[][] = [];
    for (const [m, target] of session.targets.entries()) {
      const own = subjects[m] ?? [];
      const found = await method.attribute(session, target, own, (done) => {
        session.report((m + done) / session.targets.length);
      });
      byTarget.push(
        own.map(({ inputIndex, aim, score }, n) => ({
          inputIndex,
          classIndex: aim.classIndex,
          classScore: score,
          ...bases[inputIndex]!,
          weights: null,
          ...describe(found[n]!, shape),
        })),
      );
    }
    return { explanations: bases.flatMap((_, n) => byTarget.map((own) => own[n]!)), layers: [] };
  });
}

function describe(
  { attributions, convergenceDelta }: Attribution,
  shape: readonly number[],
): Pick<Explanation, 'mapSigned' | 'map' | 'heatmap' | 'attributions' | 'convergenceDelta' | 'warnings'> {
  const positions = shape.length > 1 ? shape.slice(0, -1) : shape;
  const depth = attributions.length / positions.reduce((product, size) => product * size, 1);
  const sums = new Float64Array(attributions.length / depth);
  attributions.forEach((value, i) => {
    sums[Math.floor(i / depth)]! += value;
  });
  const mapSigned = { shape: positions, data: sums };
  const map = { shape: positions, data: sums.map((value) => Math.max(0, value)) };
  return {
    mapSigned,
    map,
    heatmap: heatmapOf(map, positions),
    attributions: { shape, data: attributions },
    ...(convergenceDelta !== undefined && { convergenceDelta }),
    warnings: mapWarnings(mapSigned),
  };
}
