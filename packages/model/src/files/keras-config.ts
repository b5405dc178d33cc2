import type { Json, JsonObject } from './json.ts';

export type { Json, JsonObject };

/** Anything Keras serialises: a class by name and the arguments to make it with. */
export interface KerasObject {
  readonly class_name: string;
  readonly config: JsonObject;
}

/** A layer inside a model; `inbound_nodes` only in functional models. */
export interface KerasLayer extends KerasObject {
  readonly name?: string;
  readonly inbound_nodes?: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isKerasObject(value: unknown): value is JsonObject & KerasObject {
  return isObject(value) && typeof value['class_name'] === 'string' && isObject(value['config']);
}

/** The classes whose configuration holds layers. */
export function isModelClass(className: string): boolean {
  return className === 'Sequential' || className === 'Functional' || className === 'Model';
}

/** The layers of a sequential or functional configuration. */
export function layersOf(config: JsonObject): readonly KerasLayer[] {
  const layers = config['layers'];
  return Array.isArray(layers)
    ? layers.filter((layer): layer is JsonObject & KerasLayer => isKerasObject(layer))
    : [];
}

/** A layer's name, which functional models write beside its configuration as well. */
export function layerName(layer: KerasLayer): string {
  const name = layer.name ?? layer.config['name'];
  return typeof name === 'string' ? name : JSON.stringify(name ?? null);
}

/** Early versions of Keras and TF.js wrote a sequential model's layers without an object around them. */
export function withLayersInObject(model: Json | undefined): Json | undefined {
  if (!isObject(model) || !Array.isArray(model['config'])) return model;
  return { class_name: 'Sequential', ...model, config: { layers: model['config'] } };
}
