import {
  isModelClass,
  layerName,
  layersOf,
  type Json,
  type KerasLayer,
  type KerasObject,
} from './keras-config.ts';
import { replaceLayers } from './replace-layers.ts';

export interface InlinedConfig {
  readonly config: KerasObject;
  /** Where in the file layers were that lie elsewhere now: names outermost first, by the names of the new place with `/`. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
}

/**
 * A converted configuration in which the layers of nested sequential models without an input shape stand in the models' place:
 * Keras finds the shape when it calls such a model, TF.js asks for it.
 */
export function inlineSequentials(model: KerasObject): InlinedConfig {
  const paths = new Map<string, readonly string[]>();
  return { config: inlined(model, [], [], paths), paths };
}

/**
 * @param path of the model as TF.js will have it
 * @param origin its path in the file
 */
function inlined(
  model: KerasObject,
  path: readonly string[],
  origin: readonly string[],
  paths: Map<string, readonly string[]>,
): KerasObject {
  const taken = new Set(layersOf(model.config).map(layerName));
  return replaceLayers(model, (layer) => {
    const parts = opened(layer, origin);
    if (parts.length === 0) return [identity(layerName(layer))];
    return parts.map(({ layer: part, origin: before }) => {
      const own = layerName(part);
      const name = part !== layer && taken.has(own) ? before.slice(origin.length).join('/') : own;
      taken.add(name);
      const here = [...path, name];
      if (here.join('/') !== before.join('/')) paths.set(here.join('/'), before);
      if (!isModelClass(part.class_name)) return name === own ? part : named(part, name);
      return { ...named(part, name), ...inlined(named(part, name), here, before, paths) };
    });
  });
}

interface Part {
  readonly layer: KerasLayer;
  /** Its path in the file. */
  readonly origin: readonly string[];
}

/** The layers of an open model, those of open models in it too; any other layer is itself. */
function opened(layer: KerasLayer, above: readonly string[]): readonly Part[] {
  const origin = [...above, layerName(layer)];
  if (!isOpen(layer)) return [{ layer, origin }];
  return layersOf(layer.config).flatMap((inner) => opened(inner, origin));
}

/** Whether it is a sequential model that does not say what it takes. */
export function isOpen({ class_name, config }: KerasObject): boolean {
  if (class_name !== 'Sequential') return false;
  const [first] = layersOf(config);
  if (!first) return true;
  if (isModelClass(first.class_name)) return isOpen(first);
  return first.class_name !== 'InputLayer' && first.config['batch_input_shape'] === undefined;
}

function named(layer: KerasLayer, name: string): KerasLayer {
  return { ...layer, name, config: { ...layer.config, name } };
}

function identity(name: string): KerasLayer {
  return {
    class_name: 'Activation',
    name,
    config: { name, activation: 'linear' } satisfies Record<string, Json>,
  };
}
