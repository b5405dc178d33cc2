import type { PointwiseOperation, SeparableDenseStep, Stage } from '../plan/separable-dense.ts';
import { activate } from './activation-functions.ts';
import { sumRows } from '../ablation/sum-rows.ts';

/**
 * Works out the fall of every logit when one channel is switched off, in float64:
 * d_c = sum_p (f(A_k)[p] - f(r_k)) W[p K + k, c].
 *
 * @param plane the channel's activation, `[height * width]`
 * @param off the value that stands for "off"
 * @param drops where d goes, `[classes]`
 */
export function logitDrops(
  step: SeparableDenseStep,
  channel: number,
  channels: number,
  plane: Float64Array,
  off: number,
  drops: Float64Array,
): void {
  let on: Float64Array = plane;
  let offValue: Float64Array = Float64Array.of(off);
  for (const stage of step.stages) {
    on = pointwise(stage.pointwise, pool(stage, on), channel);
    // Pooling leaves a constant plane constant: cells of padding never count.
    offValue = pointwise(stage.pointwise, offValue, channel);
  }
  if (step.reduction) {
    const reduced = step.reduction === 'max' ? maximum(on) : sum(on) / on.length;
    on = pointwise(step.reduced, Float64Array.of(reduced), channel);
    offValue = pointwise(step.reduced, offValue, channel);
  }
  const changes = on.map((value) => value - offValue[0]!);
  sumRows(drops, changes, step.kernel, (feature) => feature * channels + channel);
}

/** The operations on each value of a channel. Loops: of a large plane, a callback for each value takes several times as long. */
function pointwise(
  operations: readonly PointwiseOperation[],
  plane: Float64Array,
  channel: number,
): Float64Array {
  if (operations.length === 0) return plane;
  const values = plane.slice();
  for (const operation of operations) {
    if (operation.kind === 'affine') {
      const [scale, shift] = [operation.scale[channel] ?? 0, operation.shift[channel] ?? 0];
      for (let p = 0; p < values.length; p++) values[p] = scale * values[p]! + shift;
    } else {
      for (let p = 0; p < values.length; p++) values[p] = activate(operation, values[p]!);
    }
  }
  return values;
}

function pool({ window, input, output }: Stage, plane: Float64Array): Float64Array {
  if (!window) return plane;
  const pooled = new Float64Array(output.height * output.width);
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
  return pooled;
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
