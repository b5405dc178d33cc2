import type { SeededRandom } from '@ablation-cam/tools/testing';
import type { ActivationName, Operation, ScoreFunction, Shape, Tail, TailNode } from '../../src/index.ts';

export interface TailRequest {
  /** `[...positions, channels]` */
  readonly shape: Shape;
  readonly classes: number;
  readonly scoreFunction: ScoreFunction;
  /** Operations between the target and the dense layer, by their first letters; see `LAYERS`. */
  readonly layers: string;
}

const ACTIVATIONS: readonly ActivationName[] = [
  'relu',
  'leaky-relu',
  'swish',
  'tanh',
  'elu',
  'softplus',
  'gelu',
];

/** A tail of operations that treat channels separately, then a dense layer, with random weights. */
export function separableTail(
  { shape, classes, scoreFunction, layers }: TailRequest,
  random: SeededRandom,
): Tail {
  const nodes: TailNode[] = [{ name: 'target', operation: { kind: 'target' }, inputs: [], shape }];
  const channels = shape.at(-1) ?? 1;
  const last = (): Shape => nodes.at(-1)?.shape ?? [];
  const add = (operation: Operation, output: Shape): void => {
    nodes.push({ name: operation.kind, operation, inputs: [nodes.length - 1], shape: output });
  };
  for (const letter of layers) {
    const positions = last().slice(0, -1);
    switch (letter) {
      case 'f':
        add({ kind: 'activation', function: random.pick(ACTIVATIONS), alpha: 0.3 }, last());
        break;
      case 'b':
        add({ kind: 'affine', scale: random.floats(channels), shift: random.floats(channels) }, last());
        break;
      case 'm':
      case 'a': {
        const window = positions.map((length) => Math.min(length, random.integer(1, 3)));
        const strides = positions.map(() => random.integer(1, 2));
        // As `same` padding: the output covers every stride, and windows reach over both edges.
        const output = positions.map((length, axis) => Math.ceil(length / (strides[axis] ?? 1)));
        const padBefore = positions.map((length, axis) => {
          const reach = ((output[axis] ?? 1) - 1) * (strides[axis] ?? 1) + (window[axis] ?? 1);
          return Math.floor(Math.max(0, reach - length) / 2);
        });
        const reduction = letter === 'm' ? 'max' : 'average';
        add({ kind: 'pool', reduction, window, strides, padBefore }, [...output, channels]);
        break;
      }
      case 'p':
        add(
          {
            kind: 'pool',
            reduction: 'max',
            window: positions.map(() => 2),
            strides: positions.map(() => 2),
            padBefore: positions.map(() => 0),
          },
          [...positions.map((length) => Math.floor(length / 2)), channels],
        );
        break;
      case 'g':
      case 'x':
        add({ kind: 'global-pool', reduction: letter === 'g' ? 'average' : 'max' }, [channels]);
        break;
      default:
        throw new RangeError(`There is no layer "${letter}".`);
    }
  }
  const features = last().reduce((product, length) => product * length, 1);
  if (last().length > 1) add({ kind: 'reshape' }, [features]);
  const scale = 3 / Math.sqrt(features);
  add(
    {
      kind: 'dense',
      units: classes,
      kernel: random.floats(features * classes, -scale, scale),
      bias: random.floats(classes),
    },
    [classes],
  );
  return { nodes, target: 0, output: nodes.length - 1, scoreFunction };
}
