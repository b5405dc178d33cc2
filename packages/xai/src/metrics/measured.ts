import type { Device, Score } from '@ablation-cam/kernels';
import type { NetworkSource } from '@ablation-cam/model';
import type { ForwardBackend } from '../runtime/choose-runtime.ts';
import { XaiError } from '../errors.ts';
import type { Explanation, FloatArray, PositionMap } from '../explanation/explanation.ts';
import { holdInput, type ExplainedInput } from '../forward/model-input.ts';
import { resizeBilinear } from '../maps/resize-bilinear.ts';
import { inputAt, scoreVariants } from '../methods/perturbation.ts';
import { ON_BACKEND, openCall, type Call } from '../explainer/call.ts';
import type { Aim } from '../targets/bound-target.ts';
import { checkClass } from '../targets/selected-classes.ts';
import { classTarget } from '../targets/target.ts';

/** A map that is measured: an explanation, or what counts of one. */
export type MeasuredMap = Pick<Explanation, 'inputIndex' | 'classIndex' | 'map'>;

/** What every metric takes that runs the network. */
export interface MetricOptions {
  /** The score of the map's class that is watched. Default: `probability`. */
  readonly score?: Score | undefined;
  /** Name of the output, for a model that has several. */
  readonly output?: string | undefined;
  readonly backend?: ForwardBackend | 'auto' | undefined;
  readonly device?: Device | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** One input and the map of it that is measured, at the input's resolution. */
export interface Measured {
  /** `[...shape]` */
  readonly data: Float32Array;
  /** Sizes of the position axes. */
  readonly positions: readonly number[];
  /** Values of the input at one position. */
  readonly depth: number;
  /** The map resized to the positions (bilinear, half-pixel centres), not normalised. */
  readonly map: Float64Array;
}

/**
 * Returns y of `count` changed versions of each input, `[count]` for each map, all of them for the class of the map.
 *
 * @param write writes a version of an input, `[...shape]`; `into` holds zeros
 * @throws XaiError `invalid-option` for a map of no class, of a class or an input that does not exist
 */
export async function scoreMeasured(
  source: NetworkSource,
  input: ExplainedInput,
  maps: readonly MeasuredMap[],
  options: MetricOptions,
  count: number,
  write: (measured: Measured, variant: number, into: Float32Array) => void,
): Promise<Float64Array[]> {
  const { score = 'probability', ...others } = options;
  const held = holdInput(input);
  return openCall(
    source,
    held,
    { ...others, target: classTarget(score, 'predicted') },
    ON_BACKEND,
    async (call) => {
      const [target] = call.targets;
      if (!target || maps.length === 0) return [];
      const aims = maps.map(({ classIndex }) => aimAt(call, classIndex));
      // Variants of a map come one after the other, so that one map is resized at a time.
      let current: { readonly index: number; readonly measured: Measured } | null = null;
      const scores = await scoreVariants(
        call,
        target,
        (variant) => aims[Math.floor(variant / count)]!,
        {
          count: maps.length * count,
          write: (variant, into) => {
            const index = Math.floor(variant / count);
            if (current?.index !== index) current = { index, measured: measuredAt(call, maps[index]!) };
            write(current.measured, variant % count, into);
          },
        },
        call.report,
      );
      return maps.map((_, index) => scores.slice(index * count, (index + 1) * count));
    },
  ).finally(held.release);
}

function measuredAt(call: Call, { inputIndex, map }: MeasuredMap): Measured {
  if (!(Number.isInteger(inputIndex) && inputIndex >= 0 && inputIndex < call.batch.inputs)) {
    throw new XaiError(
      'invalid-option',
      `A map is of input ${String(inputIndex)}, but there are ${String(call.batch.inputs)} inputs.`,
    );
  }
  const { data, shape } = inputAt(call, inputIndex);
  const positions = shape.length > 1 ? shape.slice(0, -1) : shape;
  const { data: resized } = resizeBilinear(fittingMap(map, positions), positions);
  return { data, positions, depth: data.length / resized.length, map: resized };
}

function fittingMap(map: PositionMap<FloatArray>, positions: readonly number[]): PositionMap<FloatArray> {
  if (map.shape.length === positions.length) return map;
  throw new XaiError(
    'invalid-option',
    `A map of shape [${map.shape.join(', ')}] does not fit an input with the positions [${positions.join(', ')}].`,
  );
}

function aimAt({ classes }: Call, classIndex: number | null): Aim {
  if (classIndex === null) {
    throw new XaiError(
      'invalid-option',
      'A map that explains no class cannot be measured by the score of one.',
    );
  }
  const count = classes?.classes ?? 0;
  checkClass(classIndex, count);
  const coefficients = new Float64Array(count);
  coefficients[classIndex] = 1;
  return { coefficients, classIndex };
}
