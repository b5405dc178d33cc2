import type { Explanation } from '../explanation/explanation.ts';
import { explanationOf } from '../explanation/explanation-of.ts';
import { eachPass } from '../forward/each-pass.ts';
import type { Aim, BoundTarget } from '../targets/bound-target.ts';
import { basePass } from './base-pass.ts';
import type { MethodName } from './names.ts';
import { singleInput } from './perturbation.ts';
import type { Call } from '../explainer/call.ts';

/** An input and what is to be explained of it. */
export interface AttributedInput {
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
  readonly name: Exclude<MethodName, 'ablation-cam'>;
  /** Explains all subjects with one target; returns one attribution for each. */
  readonly attribute: (
    call: Call,
    target: BoundTarget,
    subjects: readonly AttributedInput[],
    report: (done: number) => void,
  ) => Promise<Attribution[]>;
}

/**
 * Runs a method that attributes a score to the elements of the input. The map sums the attributions over the input's
 * channels.
 *
 * @returns by input, then by target
 * @throws XaiError `unsupported-model` for a model with several inputs
 */
export async function runAttribution(method: AttributionMethod, call: Call): Promise<Explanation[]> {
  const { shape, length } = singleInput(call);
  const given = call.batch.arrays[0]?.data ?? new Float32Array();
  const bases: Pick<Explanation, 'logits' | 'probabilities'>[] = [];
  const subjects: AttributedInput[][] = call.targets.map(() => []);
  const started = performance.now();
  await eachPass(call, call.signal, async (inputs, first) => {
    const { targets, logits, probabilities, dispose } = await basePass(call, inputs);
    dispose();
    for (let n = 0; n < inputs.count; n++) {
      const inputIndex = first + n;
      const data = given.subarray(inputIndex * length, (inputIndex + 1) * length);
      bases.push({ logits: logits[n] ?? null, probabilities: probabilities[n] ?? null });
      targets.forEach(({ aims, scores }, m) =>
        subjects[m]?.push({ inputIndex, data, aim: aims[n]!, score: scores[n]! }),
      );
    }
  });
  const forwarded = performance.now();
  call.clock.forwardMs += forwarded - started;

  const found: Attribution[][] = [];
  for (const [m, target] of call.targets.entries()) {
    const report = (done: number): void => {
      call.report((m + done) / call.targets.length);
    };
    found.push(await method.attribute(call, target, subjects[m] ?? [], report));
  }
  call.clock.weightsMs += performance.now() - forwarded;
  return bases.flatMap((base, n) =>
    call.targets.map((_, m) => {
      const { inputIndex, aim, score } = subjects[m]![n]!;
      const { attributions, convergenceDelta } = found[m]![n]!;
      return explanationOf(
        call,
        m,
        { method: method.name },
        {
          inputIndex,
          classIndex: aim.classIndex,
          classScore: score,
          ...base,
          weights: null,
          shape: shape.length > 1 ? shape.slice(0, -1) : shape,
          signed: sumOverChannels(attributions, shape),
          attributions: { shape, data: attributions },
          convergenceDelta,
        },
      );
    }),
  );
}

function sumOverChannels(attributions: Float64Array, shape: readonly number[]): Float64Array {
  const depth = shape.length > 1 ? (shape.at(-1) ?? 1) : 1;
  const sums = new Float64Array(attributions.length / depth);
  for (let i = 0; i < attributions.length; i++) sums[Math.floor(i / depth)]! += attributions[i]!;
  return sums;
}
