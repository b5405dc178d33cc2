import * as tf from '@tensorflow/tfjs';
import { OwnLayer, onlyShape, type LayerConfig, type Variable } from './own-layer.ts';
import { regularizerOf, type L1L2Config } from './regularizer.ts';

export interface ConvolutionLayerConfig extends LayerConfig {
  readonly kernelSize: readonly number[];
  readonly strides?: readonly number[];
  /** `causal`: all of it in front, so that no position reads later ones. */
  readonly padding?: 'valid' | 'same' | 'causal';
  readonly dilationRate?: readonly number[];
  readonly activation?: string | null;
  readonly useBias?: boolean;
  readonly biasInitializer?: InitializerConfig;
  readonly biasRegularizer?: L1L2Config | null;
}

/** An initializer as configurations name it. */
export interface InitializerConfig {
  readonly className: string;
  readonly config: tf.serialization.ConfigDict;
}

interface Activation {
  apply(x: tf.Tensor): tf.Tensor;
  getClassName(): string;
}
type Initializer = NonNullable<Parameters<tf.layers.Layer['addWeight']>[3]>;

/** What the convolutions of this package have in common: windows, a bias and an activation, channels last. */
export abstract class ConvolutionLayer extends OwnLayer {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same' | 'causal';
  readonly dilationRate: readonly number[];
  readonly useBias: boolean;
  readonly biasInitializer: Initializer;
  readonly biasRegularizer: L1L2Config | null;
  /** Replaced while a network is run up to its logits. */
  activation: Activation;
  bias: Variable | null = null;

  constructor(config: ConvolutionLayerConfig) {
    super(config);
    const ones = config.kernelSize.map(() => 1);
    this.kernelSize = config.kernelSize;
    this.strides = config.strides ?? ones;
    this.padding = config.padding ?? 'valid';
    this.dilationRate = config.dilationRate ?? ones;
    this.useBias = config.useBias ?? true;
    this.biasInitializer = initializerOf(config.biasInitializer) ?? tf.initializers.zeros();
    this.biasRegularizer = config.biasRegularizer ?? null;
    this.activation = activationOf(config.activation ?? 'linear');
  }

  /** The padding of TensorFlow.js's own operations: cells of a causal one are put in front before. */
  protected get ownPadding(): 'valid' | 'same' {
    return this.padding === 'same' ? 'same' : 'valid';
  }

  protected addBias(filters: number): void {
    if (!this.useBias) return;
    const penalty = regularizerOf(this.biasRegularizer);
    this.bias = this.addWeight('bias', [filters], 'float32', this.biasInitializer, penalty, true);
  }

  /** The result with bias and activation. */
  protected finished(y: tf.Tensor): tf.Tensor {
    return this.activation.apply(this.bias ? y.add(this.bias.read()) : y);
  }

  protected shapeFor(inputShape: tf.Shape | tf.Shape[], filters: number): tf.Shape {
    const [batch = null, ...sizes] = onlyShape(inputShape);
    const positions = sizes.slice(0, -1).map((length, axis) => {
      if (length === null) return null;
      const stride = this.strides[axis] ?? 1;
      const extent = ((this.kernelSize[axis] ?? 1) - 1) * (this.dilationRate[axis] ?? 1) + 1;
      return Math.ceil((this.padding === 'valid' ? length - extent + 1 : length) / stride);
    });
    return [batch, ...positions, filters];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kernelSize, strides, padding, dilationRate, useBias, biasRegularizer } = this;
    const activation = this.activation.getClassName();
    const own = { kernelSize, strides, padding, dilationRate, useBias, biasRegularizer, activation };
    return { ...super.getConfig(), ...(own as unknown as tf.serialization.ConfigDict) };
  }
}

export function initializerOf(config: InitializerConfig | undefined): Initializer | undefined {
  if (!config) return undefined;
  const known = tf.serialization.SerializationMap.getMap().classNameMap[config.className];
  if (!known) return undefined;
  const [type, fromConfig] = known;
  return fromConfig(type, config.config) as unknown as Initializer;
}

/** The function that layers of TensorFlow.js apply by this name, those of this package among them. */
function activationOf(name: string): Activation {
  const layer = tf.layers.activation({ activation: name as 'linear' });
  return (layer as unknown as { readonly activation: Activation }).activation;
}
