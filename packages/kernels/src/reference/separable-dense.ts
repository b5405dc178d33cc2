import type { PointwiseOperation, SeparableDenseStep, Stage } from '../plan/separable-dense.ts';
import { activate } from './activation-functions.ts';
import { addScaled } from '../ablation/add-scaled.ts';

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
  let on = plane;
  let offValue = off;
  for (const stage of step.stages) {
    on = pool(stage, on);
    if (stage.pointwise.length > 0) on = on.map((value) => pointwise(stage.pointwise, value, channel));
    // Pooling leaves a constant plane constant: cells of padding never count.
    offValue = pointwise(stage.pointwise, offValue, channel);
  }
  if (step.reduction) {
    const reduced =
      step.reduction === 'max' ? maximum(on) : on.reduce((sum, value) => sum + value, 0) / on.length;
    on = Float64Array.of(pointwise(step.reduced, reduced, channel));
    offValue = pointwise(step.reduced, offValue, channel);
  }
  const { classes, kernel } = step;
  drops.fill(0);
  for (let feature = 0; feature < on.length; feature++) {
    const change = on[feature]! - offValue;
    const row = (feature * channels + channel) * classes;
    if (change !== 0) addScaled(drops, 0, change, kernel, row, classes);
  }
}

function pointwise(operations: readonly PointwiseOperation[], value: number, channel: number): number {
  return operations.reduce(
    (x, operation) =>
      operation.kind === 'affine'
        ? (operation.scale[channel] ?? 0) * x + (operation.shift[channel] ?? 0)
        : activate(operation, x),
    value,
  );
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
  return values.reduce((max, value) => Math.max(max, value), -Infinity);
}
