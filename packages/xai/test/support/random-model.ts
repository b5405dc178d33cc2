import * as tf from '@tensorflow/tfjs';
import type { SeededRandom } from '@ablation-cam/tools/testing';

const ACTIVATIONS = ['relu', 'relu', 'tanh', 'swish', 'elu', 'sigmoid', 'linear'] as const;

type Symbolic = tf.SymbolicTensor;

/**
 * A small classifier drawn from a seed: a signal or an image, a chain of blocks (plain, separable, residual, concatenated,
 * gated, normalised, pooled, nested models), a head, and one of three outputs. Every weight is seeded.
 */
export function randomModel(random: SeededRandom): tf.LayersModel {
  const isImage = random.uniform() < 0.6;
  const side = random.integer(isImage ? 4 : 6, isImage ? 9 : 16);
  const shape = isImage ? [side, random.integer(4, 9), random.integer(1, 3)] : [side, random.integer(1, 3)];
  const input = tf.input({ shape });
  const draw = new Blocks(random, isImage);
  let x = draw.convolution(input, random.pick([1, 2, 3, 5, 8, 13, 65]));
  for (let blocks = random.integer(1, 4); blocks > 0; blocks--) x = draw.block(x);
  const model = tf.model({ inputs: input, outputs: draw.head(x) });
  setWeights(model, random);
  return model;
}

class Blocks {
  constructor(
    readonly random: SeededRandom,
    readonly isImage: boolean,
  ) {}

  block(x: Symbolic): Symbolic {
    const { random } = this;
    const kind = random.pick([
      'plain',
      'plain',
      'separable',
      'residual',
      'joined',
      'gated',
      'normed',
      'pooled',
      'nested',
    ] as const);
    switch (kind) {
      case 'plain':
        return this.convolution(x, random.integer(1, 7));
      case 'separable':
        return this.separable(x);
      case 'residual': {
        const y = this.convolution(x, x.shape.at(-1) ?? 1, 1);
        const merge = random.pick([tf.layers.add, tf.layers.average, tf.layers.maximum, tf.layers.multiply]);
        return this.activation(merge().apply([x, y]) as Symbolic);
      }
      case 'joined': {
        const parts = [x, this.convolution(x, random.integer(1, 4), 1)];
        const joined = tf.layers.concatenate({}).apply(random.uniform() < 0.5 ? parts : parts.reverse());
        return this.convolution(joined as Symbolic, random.integer(1, 5));
      }
      case 'gated': {
        const channels = x.shape.at(-1) ?? 1;
        const squeezed = this.globalPool(x);
        const small = tf.layers.dense({ units: 2, activation: 'relu' }).apply(squeezed);
        const gate = tf.layers.dense({ units: channels, activation: 'sigmoid' }).apply(small);
        const ones = x.shape.slice(1, -1).map(() => 1);
        const shaped = tf.layers.reshape({ targetShape: [...ones, channels] }).apply(gate);
        return tf.layers.multiply().apply([x, shaped] as Symbolic[]) as Symbolic;
      }
      case 'normed': {
        const norm =
          random.uniform() < 0.7
            ? tf.layers.batchNormalization()
            : tf.layers.layerNormalization({ epsilon: 0.1 });
        return this.activation(norm.apply(x) as Symbolic);
      }
      case 'pooled':
        return this.pool(x);
      case 'nested': {
        const inner = tf.input({ shape: x.shape.slice(1) });
        const nested = tf.model({ inputs: inner, outputs: this.convolution(inner, random.integer(1, 5)) });
        return nested.apply(x) as Symbolic;
      }
    }
  }

  convolution(x: Symbolic, filters: number, strides = this.random.pick([1, 1, 2])): Symbolic {
    const { random } = this;
    const activation = random.pick(ACTIVATIONS);
    const kernelSize = random.pick([1, 2, 3]);
    const args = {
      filters,
      kernelSize,
      strides,
      padding: 'same',
      activation,
      useBias: random.uniform() < 0.7,
    } as const;
    return (this.isImage ? tf.layers.conv2d(args) : tf.layers.conv1d(args)).apply(x) as Symbolic;
  }

  head(x: Symbolic): Symbolic {
    const { random } = this;
    let y = random.uniform() < 0.5 ? this.globalPool(x) : (tf.layers.flatten().apply(x) as Symbolic);
    if (random.uniform() < 0.4)
      y = tf.layers.dense({ units: random.integer(2, 9), activation: 'relu' }).apply(y) as Symbolic;
    const activation = random.pick(['softmax', 'sigmoid', 'linear'] as const);
    return tf.layers
      .dense({ units: random.integer(activation === 'sigmoid' ? 1 : 2, 6), activation })
      .apply(y) as Symbolic;
  }

  private separable(x: Symbolic): Symbolic {
    const { random } = this;
    if (!this.isImage) return this.convolution(x, random.integer(1, 5));
    const depthMultiplier = random.integer(1, 3);
    const args = { kernelSize: 3, padding: 'same', activation: random.pick(ACTIVATIONS) } as const;
    const layer =
      random.uniform() < 0.5
        ? tf.layers.depthwiseConv2d({ ...args, depthMultiplier })
        : tf.layers.separableConv2d({ ...args, depthMultiplier, filters: random.integer(1, 5) });
    return layer.apply(x) as Symbolic;
  }

  private activation(x: Symbolic): Symbolic {
    const activation = this.random.pick(ACTIVATIONS);
    return tf.layers.activation({ activation }).apply(x) as Symbolic;
  }

  private pool(x: Symbolic): Symbolic {
    const { random } = this;
    const padding = random.pick(['same', 'valid'] as const);
    const isMax = random.uniform() < 0.5;
    const smallest = Math.min(...x.shape.slice(1, -1).map((size) => size ?? 1));
    const poolSize = Math.min(random.integer(2, 3), smallest);
    const args = { poolSize, strides: random.integer(1, 2), padding };
    if (this.isImage)
      return (isMax ? tf.layers.maxPooling2d(args) : tf.layers.averagePooling2d(args)).apply(x) as Symbolic;
    return (isMax ? tf.layers.maxPooling1d(args) : tf.layers.averagePooling1d(args)).apply(x) as Symbolic;
  }

  private globalPool(x: Symbolic): Symbolic {
    const isMax = this.random.uniform() < 0.3;
    if (this.isImage) {
      return (isMax ? tf.layers.globalMaxPooling2d({}) : tf.layers.globalAveragePooling2d({})).apply(
        x,
      ) as Symbolic;
    }
    return (isMax ? tf.layers.globalMaxPooling1d({}) : tf.layers.globalAveragePooling1d({})).apply(
      x,
    ) as Symbolic;
  }
}

/** Values that keep activations near 1; those of the last layer are sometimes large, for confident predictions. */
function setWeights(model: tf.LayersModel, random: SeededRandom): void {
  const confidence = random.pick([1, 1, 8]);
  const values = model.weights.map((weight, index) => {
    const shape = weight.shape.map((size) => size ?? 1);
    const size = shape.reduce((product, length) => product * length, 1);
    if (weight.originalName.endsWith('variance')) return tf.tensor(random.floats(size, 0.5, 1), shape);
    const fanIn = shape.slice(0, -1).reduce((product, length) => product * length, 1);
    const limit =
      shape.length > 1 ? (index >= model.weights.length - 2 ? confidence : 1.5) / Math.sqrt(fanIn) : 0.5;
    return tf.tensor(random.floats(size, -limit, limit), shape);
  });
  model.setWeights(values);
  tf.dispose(values);
}
