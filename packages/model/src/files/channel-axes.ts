import type { Json, KerasLayer } from './keras-config.ts';

/** Classes that compute each element by itself; layers of this package among them by the names it registers them under. */
const elementwise = new Set([
  'ReLU',
  'LeakyReLU',
  'ELU',
  'ThresholdedReLU',
  'Dropout',
  'GaussianDropout',
  'GaussianNoise',
  'AlphaDropout',
  'SpatialDropout1D',
  'KerasReLU',
  'KerasIdentity',
  'Add',
  'Multiply',
  'Average',
  'Maximum',
  'Minimum',
]);

/** Classes that work along an axis that they name, and their arguments for it. */
const alongAxis: Readonly<Record<string, string>> = {
  BatchNormalization: 'axis',
  GroupNormalization: 'axis',
  LayerNormalization: 'axis',
  KerasNormalization: 'axis',
  Concatenate: 'axis',
  Softmax: 'axis',
};

/** Whether a layer takes and yields its channels first. What does nothing at inference may say so and does not count. */
export function isFirst({ class_name, config }: KerasLayer): boolean {
  return config['data_format'] === 'channels_first' && class_name !== 'KerasIdentity';
}

/** How many axes such a layer takes and yields, without the batch; 0 for a result that has no axes of positions. */
export function ranksOf({ class_name, config }: KerasLayer): { input: number; output: number } {
  const name = typeof config['kerasClass'] === 'string' ? config['kerasClass'] : class_name;
  const positions = name.includes('1D') ? 1 : name.includes('3D') ? 3 : 2;
  const isVector = class_name === 'Flatten' || class_name.startsWith('Global');
  return { input: positions + 1, output: isVector ? 0 : positions + 1 };
}

/** Whether a layer computes the same wherever the channels are, as far as `withMovedAxes` tells it where. */
export function takesAnyLayout({ class_name, config }: KerasLayer): boolean {
  if (class_name === 'Activation') {
    return !(typeof config['activation'] === 'string' && /softmax/i.test(config['activation']));
  }
  if (class_name === 'KerasRescaling') {
    return typeof config['scale'] === 'number' && typeof config['offset'] === 'number';
  }
  const argument = alongAxis[class_name];
  if (argument === undefined) return elementwise.has(class_name);
  // Weights of several axes are in the order of these.
  const axis = config[argument];
  return typeof axis === 'number' || axis === undefined || (Array.isArray(axis) && axis.length <= 1);
}

/** The layer for inputs of so many axes, without the batch, whose channels came from the front to the end. */
export function withMovedAxes(layer: KerasLayer, rank: number): KerasLayer {
  const argument = alongAxis[layer.class_name];
  if (argument === undefined) return layer;
  const axis = layer.config[argument];
  const moved = (given: Json): Json => {
    const at = typeof given === 'number' ? given : -1;
    const own = at < 0 ? at + rank + 1 : at;
    // Counted with the batch, which stays where it is.
    return own === 0 ? 0 : own === 1 ? rank : own - 1;
  };
  const value = Array.isArray(axis) ? (axis as readonly Json[]).map(moved) : moved(axis ?? -1);
  return { ...layer, config: { ...layer.config, [argument]: value } };
}
