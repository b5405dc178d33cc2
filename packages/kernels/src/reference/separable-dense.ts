import type { Plane, PointwiseOperation, SeparableDenseStep, Window } from '../plan/separable-dense.ts';
import { activate } from './activation-functions.ts';
import { sumRows } from '../ablation/sum-rows.ts';

/**
 * Works out the falls of logits when single channels are switched off, in float64. One channel after the other goes through
 * the same buffers: as many as there are stages, each of one channel's plane.
 */
export class SeparableDrops {
  readonly #step: SeparableDenseStep;
  readonly #channels: number;
  /** The channel's plane as each stage makes it; the first is the activation's, and stages without pooling share one. */
  readonly #planes: readonly Float64Array[];
  readonly #off = new Float64Array(1);
  readonly #reduced = new Float64Array(1);

  constructor(step: SeparableDenseStep, channels: number) {
    this.#step = step;
    this.#channels = channels;
    const { input } = step.stages[0]!;
    const planes = [new Float64Array(input.height * input.width)];
    for (const { window, output } of step.stages) {
      planes.push(window ? new Float64Array(output.height * output.width) : planes.at(-1)!);
    }
    this.#planes = planes;
  }

  /**
   * Writes the fall of every logit without a channel: d_c = sum_p (f(A_k)[p] - f(r_k)) W[p K + k, c].
   *
   * @param activation `[positions, channels]`
   * @param off the value that stands for "off"
   * @param drops where d goes, `[classes]`
   */
  write(activation: Float32Array, channel: number, off: number, drops: Float64Array): void {
    const { stages, reduction, reduced, kernel } = this.#step;
    const channels = this.#channels;
    const [first] = this.#planes;
    for (let p = 0; p < first!.length; p++) first![p] = activation[p * channels + channel]!;
    const offValue = this.#off.fill(off);
    let on = first!;
    for (const [i, { window, input, output, pointwise }] of stages.entries()) {
      const made = this.#planes[i + 1]!;
      if (window) pool(window, input, output, on, made);
      on = made;
      apply(pointwise, on, channel);
      // Pooling leaves a constant plane constant: cells of padding never count.
      apply(pointwise, offValue, channel);
    }
    if (reduction) {
      on = this.#reduced.fill(reduction === 'max' ? maximum(on) : sum(on) / on.length);
      apply(reduced, on, channel);
      apply(reduced, offValue, channel);
    }
    for (let p = 0; p < on.length; p++) on[p]! -= offValue[0]!;
    sumRows(drops, on, kernel, (feature) => feature * channels + channel);
  }
}

/** Applies operations to each value of a channel, in place. Loops: a callback for each value takes several times as long. */
function apply(operations: readonly PointwiseOperation[], plane: Float64Array, channel: number): void {
  for (const operation of operations) {
    if (operation.kind === 'affine') {
      const [scale, shift] = [operation.scale[channel] ?? 0, operation.shift[channel] ?? 0];
      for (let p = 0; p < plane.length; p++) plane[p] = scale * plane[p]! + shift;
    } else {
      for (let p = 0; p < plane.length; p++) plane[p] = activate(operation, plane[p]!);
    }
  }
}

function pool(window: Window, input: Plane, output: Plane, plane: Float64Array, pooled: Float64Array): void {
  for (let row = 0; row < output.height; row++) {
    for (let column = 0; column < output.width; column++) {
      const top = row * window.strideHeight - window.padTop;
      const left = column * window.strideWidth - window.padLeft;
      let max = -Infinity;
      let sum = 0;
      let count = 0;
      for (let y = Math.max(0, top); y < Math.min(input.height, top + window.height); y++) {
        for (let x = Math.max(0, left); x < Math.min(input.width, left + window.width); x++) {
          const value = plane[y * input.width + x] ?? 0;
          max = Math.max(max, value);
          sum += value;
          count++;
        }
      }
      pooled[row * output.width + column] = window.reduction === 'max' ? max : sum / count;
    }
  }
}

function maximum(values: Float64Array): number {
  let max = -Infinity;
  for (const value of values) max = Math.max(max, value);
  return max;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
