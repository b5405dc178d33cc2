import { XaiError } from '../errors.ts';
import type { AttributionMethod } from './attribution.ts';
import { baselineValues, type Baseline } from './baseline.ts';
import { wholeNumber } from './check-option.ts';
import type { CommonOptions } from './options.ts';
import { scoreVariants, singleInput } from './perturbation.ts';

/** Options of occlusion. */
export interface OcclusionOptions extends CommonOptions {
  /**
   * Size of the window: one number for every position axis, one for each of them, or one for each axis of the input,
   * its channels included (all channels unless given). Default: a seventh of each axis, rounded, at least 1.
   */
  readonly window?: number | readonly number[] | undefined;
  /** How far the window moves, given as `window` is; at most the window. Default: half of the window, at least 1. */
  readonly stride?: number | readonly number[] | undefined;
  /** What covers the input. Default: 0. */
  readonly baseline?: Baseline | undefined;
  /** Windows that go through the network together; default: as many as fit. */
  readonly perPass?: number | undefined;
}

/** What `occlusion` does; its definition and source stand there. */
export function occlusionMethod(options: OcclusionOptions): AttributionMethod {
  const perPass = options.perPass === undefined ? undefined : wholeNumber('perPass', options.perPass);
  return {
    name: 'occlusion',
    attribute: async (call, target, subjects, report) => {
      const { shape, length } = singleInput(call);
      const baseline = baselineValues(options.baseline ?? 0, length);
      const windows = windowsOver(shape, options);
      const found = [];
      for (const [n, { data, aim, score }] of subjects.entries()) {
        const scores = await scoreVariants(
          call,
          target,
          aim,
          {
            count: windows.length,
            perPass,
            write: (variant, into) => {
              into.set(data);
              for (const i of elementsOf(windows[variant]!, shape)) into[i] = baseline[i]!;
            },
          },
          (done) => {
            report((n + done) / subjects.length);
          },
        );
        const drops = new Float64Array(length);
        const covers = new Float64Array(length);
        windows.forEach((window, w) => {
          for (const i of elementsOf(window, shape)) {
            drops[i]! += score - scores[w]!;
            covers[i]! += 1;
          }
        });
        found.push({ attributions: drops.map((drop, i) => drop / covers[i]!) });
      }
      return found;
    },
  };
}

/** A box: its first element and the one after its last, along each axis of the input. */
interface Window {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function windowsOver(shape: readonly number[], options: OcclusionOptions): Window[] {
  const sizes = perAxis('window', options.window, shape, (length) => Math.max(1, Math.round(length / 7)));
  const strides = perAxis('stride', options.stride, shape, (_, axis) =>
    Math.max(1, Math.floor(sizes[axis]! / 2)),
  );
  shape.forEach((length, axis) => {
    const [size, stride] = [sizes[axis]!, strides[axis]!];
    if (size > length || stride > size) {
      throw new XaiError(
        'invalid-option',
        `Along axis ${String(axis)} of length ${String(length)} the window is ${String(size)} and the stride ` +
          `${String(stride)}; the window must fit, and a larger stride would leave elements uncovered.`,
      );
    }
  });
  return shape.reduce<Window[]>(
    (windows, length, axis) => {
      const [size, stride] = [sizes[axis]!, strides[axis]!];
      const steps = Math.ceil((length - size) / stride) + 1;
      const spans = Array.from(
        { length: steps },
        (_, s) => [s * stride, Math.min(length, s * stride + size)] as const,
      );
      return windows.flatMap(({ from, to }) =>
        spans.map(([start, end]) => ({ from: [...from, start], to: [...to, end] })),
      );
    },
    [{ from: [], to: [] }],
  );
}

/** One number for each axis of the input; where the channels are not given, all of them. */
function perAxis(
  name: string,
  given: number | readonly number[] | undefined,
  shape: readonly number[],
  byDefault: (length: number, axis: number) => number,
): readonly number[] {
  const positions = Math.max(1, shape.length - 1);
  const list =
    given === undefined
      ? shape.slice(0, positions).map(byDefault)
      : typeof given === 'number'
        ? Array.from({ length: positions }, () => given)
        : given;
  if (list.length !== positions && list.length !== shape.length) {
    throw new XaiError(
      'invalid-option',
      `${name} has ${String(list.length)} numbers; give one, one for each of ${String(positions)} position axes, or ` +
        `one for each of the input's ${String(shape.length)} axes.`,
    );
  }
  for (const value of list) wholeNumber(name, value);
  return [...list, ...shape.slice(list.length)];
}

/** The elements of a window, as indices into the input. */
function elementsOf({ from, to }: Window, shape: readonly number[]): number[] {
  return shape.reduce<number[]>(
    (starts, length, axis) =>
      starts.flatMap((start) =>
        Array.from({ length: to[axis]! - from[axis]! }, (_, i) => start * length + from[axis]! + i),
      ),
    [0],
  );
}
