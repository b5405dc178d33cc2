import type { Json, JsonObject, KerasLayer } from './keras-config.ts';
import type { KerasWriter } from './keras-writer.ts';

type Config = Readonly<Record<string, Json>>;

/** Layers that do nothing at inference. `RandomCrop` is none: what it does then differs between versions of Keras. */
export const trainingOnly =
  /^(Random(?!Crop$)\w+|AugMix|CutMix|MixUp|RandAugment|SpatialDropout[23]D|ActivityRegularization|Identity)$/;

/**
 * A layer as the class that computes the same: under another name or with other arguments in TF.js, or one of this package. Where
 * there is none it stays as it is, for `checkKerasConfig` to name.
 *
 * @param writer whose layer of that name it is
 */
export function renameClass(className: string, config: Config, writer: KerasWriter): KerasLayer {
  if (trainingOnly.test(className)) {
    return { class_name: 'KerasIdentity', config: { ...config, kerasClass: className } };
  }
  const rename = Object.hasOwn(renamings, className) ? renamings[className] : undefined;
  return rename?.(singleAxis(config), writer) ?? { class_name: className, config: singleAxis(config) };
}

/** `undefined` where the class is right as it is. */
type Rename = (config: Config, writer: KerasWriter) => KerasLayer | undefined;

const batchNormalization: Rename = (config) => ({ class_name: 'BatchNormalization', config });

/** With groups, or along one axis with causal padding. */
function convolution(axes: number): Rename {
  return (config) => {
    const isCausal = axes === 1 && config['padding'] === 'causal';
    if (!isOther(config['groups'], 1) && !isCausal) return undefined;
    // One number stands for all axes.
    const windows = ['kernel_size', 'strides', 'dilation_rate'].map((key): [string, Json] => {
      const value = config[key] ?? 1;
      return [key, typeof value === 'number' ? new Array<number>(axes).fill(value) : value];
    });
    return { class_name: 'KerasConvolution', config: { ...config, ...Object.fromEntries(windows) } };
  };
}

/** By the names of Keras. */
export const renamings: Readonly<Record<string, Rename>> = {
  BatchNormalizationV1: batchNormalization,
  SyncBatchNormalization: batchNormalization,
  LeakyReLU: ({ negative_slope: slope, ...rest }) => ({
    class_name: 'LeakyReLU',
    config: slope === undefined ? rest : { ...rest, alpha: slope },
  }),
  ReLU: relu,
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  DepthwiseConv2D: (config, writer) => {
    const rate = config['dilation_rate'];
    const isDilated = [rate].flat().some((factor) => isOther(factor, 1));
    return isDilated && writer !== 'tfjs' ? { class_name: 'KerasDilatedDepthwise', config } : undefined;
  },
  // Keras 2 writes these of the convolution that it is a kind of, and TF.js refuses them.
  SeparableConv2D: ({
    kernel_initializer: _initializer,
    kernel_regularizer: _regularizer,
    kernel_constraint: _constraint,
    ...config
  }) => ({ class_name: 'SeparableConv2D', config }),
  UpSampling2D: (config, writer) =>
    config['interpolation'] === 'bilinear' && writer !== 'tfjs'
      ? { class_name: 'KerasUpSampling2D', config }
      : undefined,
  GlobalAveragePooling1D: keepingDimensions('GlobalAveragePooling1D'),
  GlobalAveragePooling2D: keepingDimensions('GlobalAveragePooling2D'),
  GlobalMaxPooling1D: keepingDimensions('GlobalMaxPooling1D'),
  GlobalMaxPooling2D: keepingDimensions('GlobalMaxPooling2D'),
  // TF.js drops the batch axis from its shape, so that nobody can use its own.
  Resizing: (config) => ({ class_name: 'KerasResizing', config }),
  Rescaling: ({ scale = 1, offset = 0, ...rest }) => ({
    class_name: 'KerasRescaling',
    config: { ...rest, scale: numbersIn(scale), offset: numbersIn(offset) },
  }),
  Normalization: ({ mean = null, variance = null, ...rest }) => ({
    class_name: 'KerasNormalization',
    config: { ...rest, mean: numbersIn(mean), variance: numbersIn(variance) },
  }),
};

function keepingDimensions(kerasClass: string): Rename {
  return (config) =>
    config['keepdims'] === true
      ? { class_name: 'KerasGlobalPooling', config: { ...config, kerasClass } }
      : undefined;
}

/** TF.js's own layers take a slope, or a threshold, or a ceiling; ours takes them together. */
function relu(config: Config): KerasLayer | undefined {
  const { negative_slope: slope, threshold, max_value: ceiling, ...rest } = config;
  const [hasSlope, hasThreshold, hasCeiling] = [
    isOther(slope, 0),
    isOther(threshold, 0),
    (ceiling ?? null) !== null,
  ];
  if (!hasSlope && !hasThreshold) return undefined;
  if (hasSlope && !hasThreshold && !hasCeiling) {
    return { class_name: 'LeakyReLU', config: { ...rest, alpha: slope ?? 0 } };
  }
  if (hasThreshold && !hasSlope && !hasCeiling) {
    return { class_name: 'ThresholdedReLU', config: { ...rest, theta: threshold ?? 0 } };
  }
  return { class_name: 'KerasReLU', config };
}

function isOther(value: Json | undefined, usual: number): value is number {
  return typeof value === 'number' && value !== usual;
}

/** A number or a flat list of them, out of an array of NumPy's as Keras writes it: nested lists, or an object around them. */
function numbersIn(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item) => numbersIn(item));
  const { config } = value as JsonObject;
  return typeof config === 'object' && config !== null && 'value' in config
    ? numbersIn(config['value'] ?? null)
    : null;
}

/** Keras saves the axis of a batch normalisation as a list of one. */
function singleAxis(config: Config): JsonObject {
  const { axis } = config;
  return Array.isArray(axis) && typeof axis[0] === 'number' && axis.length === 1
    ? { ...config, axis: axis[0] }
    : config;
}
