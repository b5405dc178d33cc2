import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { registerOwnLayers } from '../layers-of-our-own/register.ts';
import { isModel } from '../layers/layer-fields.ts';
import type { KerasObject } from './keras-config.ts';
import type { KerasWriter } from './keras-writer.ts';
import type { LayerWeight } from './match-weights.ts';
import type { ModelMetadata } from './metadata.ts';
import { prepareConfig } from './prepare-config.ts';
import type { NamedTensor } from './safetensors.ts';
import { countingZeros } from './zero-weights.ts';

/** A model file taken apart. */
export interface ModelParts {
  /** For messages. */
  readonly name: string;
  /** `{class_name, config}` of the model, as Keras writes it. */
  readonly config: KerasObject;
  readonly writer: KerasWriter;
  readonly weights: WeightSource;
  readonly metadata: ModelMetadata;
}

/** Finds the values of a model's weights. */
export interface WeightSource {
  /** How many values the file holds: a network that needs more does not fit, and is not built. */
  readonly valueCount: number;
  /**
   * One tensor for each weight of the layers.
   * @throws ModelError `invalid-file` naming weights that are missing or left over.
   */
  readonly match: (layers: readonly FileLayer[]) => Map<LayerWeight, NamedTensor>;
}

export interface BuiltModel {
  readonly model: tf.LayersModel;
  /** Whether the file had channels first somewhere, which the model has not. */
  readonly hadChannelsFirst: boolean;
}

/** A layer of a built network, those of nested models too. */
export interface FileLayer {
  /** Its name and those of the models around it in the file, outermost first, without the outermost. */
  readonly path: readonly string[];
  readonly layer: tf.layers.Layer;
}

/**
 * Builds the network a configuration describes and gives it its weights; the caller disposes of it.
 *
 * @throws ModelError `unsupported-layer`, `invalid-file`; then every tensor made on the way is gone again.
 */
export async function buildModel(parts: ModelParts): Promise<BuiltModel> {
  const { name, weights } = parts;
  registerOwnLayers();
  const { config: connected, paths, hadChannelsFirst } = prepareConfig(parts);
  const before = new Set(Object.keys(tf.engine().registeredVariables));
  // The model is built before the call returns, so that no other load can come between the two lists of variables.
  const building = countingZeros(weights.valueCount, () =>
    tf.models.modelFromJSON(connected as unknown as Parameters<typeof tf.models.modelFromJSON>[0]),
  );
  const created = Object.entries(tf.engine().registeredVariables).filter(([key]) => !before.has(key));
  try {
    const model = await building.catch((cause: unknown) => {
      if (cause instanceof ModelError) {
        throw new ModelError(
          cause.code,
          `The weights in ${name} do not fit its network: ${cause.message}. Save the model again as a whole.`,
          { cause },
        );
      }
      throw new ModelError(
        'unsupported-layer',
        `TF.js cannot build the network in ${name}: ${reasonOf(cause)}`,
        {
          cause,
        },
      );
    });
    const values = weights.match(fileLayers(model, paths));
    for (const [weight, tensor] of values) {
      if (weight.shape.join() === tensor.shape.join()) continue;
      throw new ModelError(
        'invalid-file',
        `The weights in ${name} do not fit its network: ${tensor.name} has the shape [${tensor.shape.join(', ')}], ` +
          `the network needs [${weight.shape.join(', ')}]. Save the model again as a whole.`,
      );
    }
    tf.tidy(() => {
      for (const [weight, tensor] of values) weight.write(tf.tensor(tensor.values, [...tensor.shape]));
    });
    return { model, hadChannelsFirst };
  } catch (error) {
    for (const [, variable] of created) variable.dispose();
    throw error;
  }
}

/** The layers of a model and of those in it, each once. @param paths of layers that lay elsewhere in the file, by their path */
function fileLayers(model: tf.LayersModel, paths: ReadonlyMap<string, readonly string[]>): FileLayer[] {
  const found = new Map<tf.layers.Layer, readonly string[]>();
  const visit = (layers: readonly tf.layers.Layer[], above: readonly string[]): void => {
    for (const layer of layers) {
      const own = [...above, layer.name];
      if (isModel(layer)) visit(layer.layers, own);
      else if (!found.has(layer)) found.set(layer, paths.get(own.join('/')) ?? own);
    }
  };
  visit(model.layers, []);
  return [...found].map(([layer, path]) => ({ path, layer }));
}

/** TF.js walks through a network by calling itself, and shows what it was given, at any length. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/call stack|recursion/i.test(message))
    return 'too many layers lie behind one another. Use a shorter network.';
  const line = message.replace(/\s*[\r\n]\s*/g, ' ');
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
}

/** For `WeightSource.valueCount`. */
export function countValues(tensors: Iterable<NamedTensor>): number {
  let count = 0;
  for (const { values } of tensors) count += values.length;
  return count;
}
