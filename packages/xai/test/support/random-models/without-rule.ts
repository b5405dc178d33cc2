import * as tf from '@tensorflow/tfjs';
import type { Operation, Tail, TailNode } from '@ablation-cam/kernels';
import { call, type Block } from './drawing.ts';

abstract class OwnLayer extends tf.layers.Layer {
  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    if (!x) throw new RangeError(`${this.getClassName()} was given no input.`);
    return tf.tidy(() => this.compute(x));
  }

  protected abstract compute(x: tf.Tensor): tf.Tensor;
}

/** y = x^2 */
class Squared extends OwnLayer {
  static readonly className = 'Squared';

  protected override compute(x: tf.Tensor): tf.Tensor {
    return x.square();
  }
}

/** y_c = x_c - x_(c+1), the last channel next to the first */
class NeighbourDifference extends OwnLayer {
  static readonly className = 'NeighbourDifference';

  protected override compute(x: tf.Tensor): tf.Tensor {
    const channels = x.shape.at(-1) ?? 1;
    const flat = tf.reshape<tf.Rank.R2>(x, [-1, channels]);
    const [rows] = flat.shape;
    const next = tf.concat([flat.slice([0, 1], [rows, channels - 1]), flat.slice([0, 0], [rows, 1])], 1);
    return tf.reshape(flat.sub(next), x.shape);
  }
}

/** A layer that no rule is known for. */
export const withoutRule: Block = ({ random }, x) =>
  call(random.uniform() < 0.5 ? new Squared() : new NeighbourDifference(), x);

/** Whether all layers without a rule are those of this file. */
export function isDefined({ nodes }: Tail): boolean {
  const own = [Squared.className, NeighbourDifference.className];
  return nodes.every(({ operation }) => operation.kind !== 'opaque' || own.includes(operation.layerClass));
}

/** The tail with those layers as operations that can be evaluated, for the oracle alone. */
export function withoutOpaque(tail: Tail): Tail {
  return { ...tail, nodes: tail.nodes.map(known) };
}

function known(node: TailNode): TailNode {
  if (node.operation.kind !== 'opaque') return node;
  if (node.operation.layerClass === Squared.className) {
    const [x = -1] = node.inputs;
    return { ...node, operation: { kind: 'merge', function: 'multiply' }, inputs: [x, x] };
  }
  if (node.operation.layerClass === NeighbourDifference.className) {
    return { ...node, operation: neighbourDifference(node.shape.at(-1) ?? 1) };
  }
  throw new Error(
    `Layer "${node.name}" (${node.operation.layerClass}) has no rule: ${node.operation.reason ?? ''}`,
  );
}

function neighbourDifference(channels: number): Operation {
  const kernel = new Float32Array(channels * channels);
  for (let c = 0; c < channels; c++) {
    const next = (c + 1) % channels;
    kernel[c * channels + c] = (kernel[c * channels + c] ?? 0) + 1;
    kernel[next * channels + c] = (kernel[next * channels + c] ?? 0) - 1;
  }
  return { kind: 'dense', units: channels, kernel, bias: null };
}
