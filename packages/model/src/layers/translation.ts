import type * as tf from '@tensorflow/tfjs';
import type { Operation, Shape } from '@ablation-cam/kernels';

/** One operation of the tail that a layer turns into; each takes the result of the one before it. */
export interface Link {
  readonly operation: Operation;
  readonly shape: Shape;
}

/** What a layer computes, as a chain of operations (empty where it hands its input on), or why there is no such chain. */
export type Translation = readonly Link[] | NoRule;

export interface NoRule {
  readonly reason: string;
}

export interface LayerContext {
  readonly layer: tf.layers.Layer;
  /** Shapes of the layer's inputs, without the batch. */
  readonly inputs: readonly Shape[];
  /** Whether the layer's own activation belongs to it here; not where the graph makes it a call of its own. */
  readonly withActivation: boolean;
  /** Returns the values of a weight by the name of the layer's field, or null where the layer has none. */
  readonly read: (field: string) => Promise<Float32Array | null>;
}

/** Mirrors what a layer class of TensorFlow.js 4.22 computes at inference, not what its configuration says. */
export type LayerRule = (context: LayerContext) => Translation | Promise<Translation>;

export function noRule(reason: string): NoRule {
  return { reason };
}

/** The only input's shape, for layers with one. */
export function inputShapeOf({ inputs }: LayerContext): Shape {
  const [shape] = inputs;
  if (!shape) throw new RangeError('A layer was given no input.');
  return shape;
}

/**
 * Puts a rule for `[...positions, channels]` to use where the layer keeps its channels first: moves them to the end
 * before and back after, as TensorFlow.js does.
 */
export function channelsLast(
  channelsFirst: boolean,
  shape: Shape,
  chain: (shape: Shape) => readonly Link[],
): readonly Link[] {
  if (!channelsFirst) return chain(shape);
  const [channels = 0, ...positions] = shape;
  const moved = [...positions, channels];
  const links = chain(moved);
  const result = links.at(-1)?.shape ?? moved;
  const toEnd = [...positions.map((_, axis) => axis + 1), 0];
  return [
    { operation: { kind: 'permute', axes: toEnd }, shape: moved },
    ...links,
    ...(result.length === 1
      ? []
      : [
          {
            operation: {
              kind: 'permute' as const,
              axes: [result.length - 1, ...result.slice(0, -1).map((_, i) => i)],
            },
            shape: [result.at(-1) ?? 0, ...result.slice(0, -1)],
          },
        ]),
  ];
}
