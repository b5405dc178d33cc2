import * as tf from '@tensorflow/tfjs';
import { throwIfAborted } from '../errors.ts';
import { compute } from '../forward/compute.ts';
import { inputsPerPass } from '../forward/each-pass.ts';
import type { AttributedInput } from '../methods/attribution.ts';
import { singleInput } from '../methods/perturbation.ts';
import type { Call } from '../explainer/call.ts';
import { takeTurns } from '../runtime/turn.ts';
import type { BoundTarget } from '../targets/bound-target.ts';
import { layerGradient } from './layer-gradient.ts';

/** Inputs near each subject, at which gradients are taken, and how much each counts. */
export interface GradientPoints {
  /** How many points a subject has. */
  readonly count: number;
  /** Writes point `index` of a subject, `[...shape]`. Called in order, once for each. */
  readonly write: (subject: AttributedInput, index: number, into: Float32Array) => void;
  readonly weight: (index: number) => number;
}

/**
 * Returns sum_i weight_i dy/dx at point i for each subject, `[...shape]`, in float64. Points of several subjects share
 * a pass through the network; only the points of one pass are in memory.
 *
 * @throws XaiError `unsupported-model` where the model has no gradient; the signal's reason
 */
export async function sumGradients(
  call: Call,
  target: BoundTarget,
  subjects: readonly AttributedInput[],
  points: GradientPoints,
  report: (done: number) => void,
): Promise<Float64Array[]> {
  const { shape, length } = singleInput(call);
  const sums = subjects.map(() => new Float64Array(length));
  const total = subjects.length * points.count;
  const perPass = inputsPerPass(call, 'gradient');
  for (let first = 0; first < total; first += perPass) {
    throwIfAborted(call.signal);
    const count = Math.min(perPass, total - first);
    const data = new Float32Array(count * length);
    const rows = Array.from({ length: count }, (_, i) => ({
      subject: subjects[Math.floor((first + i) / points.count)]!,
      sum: sums[Math.floor((first + i) / points.count)]!,
      index: (first + i) % points.count,
    }));
    rows.forEach(({ subject, index }, i) => {
      points.write(subject, index, data.subarray(i * length, (i + 1) * length));
    });
    const gradient = await gradientAt(
      call,
      target,
      data,
      [count, ...shape],
      rows.map(({ subject }) => subject),
    );
    rows.forEach(({ sum, index }, i) => {
      const weight = points.weight(index);
      for (let j = 0; j < length; j++) sum[j]! += weight * gradient[i * length + j]!;
    });
    report((first + count) / total);
    await takeTurns();
  }
  return sums;
}

async function gradientAt(
  call: Call,
  target: BoundTarget,
  data: Float32Array,
  shape: number[],
  subjects: readonly AttributedInput[],
): Promise<Float64Array> {
  const [from] = call.network.graph.inputs;
  if (from === undefined) throw new RangeError('The model has no input.');
  const owned: tf.Tensor[] = [];
  try {
    const input = tf.tensor(data, shape);
    owned.push(input);
    const [reached = input] = await compute(call, new Map([[from, input]]), [target.node]);
    owned.push(reached);
    const values = tf.tidy(() => target.head(reached));
    owned.push(values);
    const cotangent = await target.gradient(
      values,
      subjects.map(({ aim }) => aim),
    );
    return await layerGradient(call, [input], from, input, target, cotangent);
  } finally {
    tf.dispose(owned);
  }
}
