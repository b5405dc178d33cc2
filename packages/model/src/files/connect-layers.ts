import { ModelError } from '../errors.ts';
import { listed } from './check-config.ts';
import {
  isModelClass,
  isObject,
  layerName,
  layersOf,
  type Json,
  type JsonObject,
  type KerasLayer,
  type KerasObject,
} from './keras-config.ts';
import { limits } from './limits.ts';

/**
 * A converted configuration whose functional models list their layers after those they read from, the outer one and those
 * inside it. TF.js goes through all layers again for each that comes too early, and never ends where a layer reads from
 * one that is not there.
 *
 * Takes time in proportion to the number of connections.
 *
 * @throws ModelError `invalid-file` naming layers that never get their inputs; `unsupported-layer` for a layer used too often
 */
export function connectLayers(file: string, { class_name, config }: KerasObject): KerasObject {
  if (!isModelClass(class_name)) return { class_name, config };
  const layers = layersOf(config).map((layer): KerasLayer =>
    isModelClass(layer.class_name) ? { ...layer, ...connectLayers(file, layer) } : layer,
  );
  const ordered = class_name === 'Sequential' ? layers : inOrder(file, layers);
  return { class_name, config: { ...config, layers: ordered as unknown as Json } };
}

/** One call of a layer that waits for others. */
interface Call {
  readonly layer: number;
  readonly index: number;
  /** How many of its inputs, and of the calls of the same layer before it, are not made yet. */
  waiting: number;
  /** The calls that wait for this one. */
  readonly next: Call[];
}

function inOrder(file: string, layers: readonly KerasLayer[]): readonly KerasLayer[] {
  const inputs = layers.map((layer) => inputsOf(file, layer));
  const calls = inputs.map((each, layer) =>
    each.map((_, index): Call => ({ layer, index, waiting: 0, next: [] })),
  );
  const place = new Map(layers.map((layer, index) => [layerName(layer), index]));
  for (const own of calls) {
    for (const call of own) {
      const before = own[call.index - 1];
      const references = inputs[call.layer]?.[call.index] ?? [];
      const sources = references.map(([name, number]) => calls[place.get(name) ?? -1]?.[number]);
      for (const source of before === undefined ? sources : [before, ...sources]) {
        call.waiting++;
        source?.next.push(call);
      }
    }
  }
  const made = calls.flat().filter(({ waiting }) => waiting === 0);
  // Grows while it is walked through: a call is made when the last one it waits for is.
  for (const { next } of made) {
    for (const call of next) if (--call.waiting === 0) made.push(call);
  }
  const stuck = layers.filter((_, index) => calls[index]?.some(({ waiting }) => waiting > 0));
  if (stuck.length > 0) {
    throw new ModelError(
      'invalid-file',
      `The network in ${file} is broken: ${listed(stuck.map(layerName))} take inputs from layers that are not there. Save it again.`,
    );
  }
  // As Keras writes it, each layer's first call reads only from layers before it: that order is left alone.
  const isOrdered = inputs.every(([first = []], index) =>
    first.every(([name]) => (place.get(name) ?? -1) < index),
  );
  if (isOrdered) return layers;
  const called = new Set(made.map(({ layer }) => layer));
  // Layers that are never called come last; they are no part of the network.
  const order = new Set([...called, ...layers.keys()]);
  return [...order].flatMap((index) => layers[index] ?? []);
}

/**
 * For each call of a layer the layers it reads from, with the number of their call.
 *
 * @throws ModelError `invalid-file` where a connection is not `[layer, call, tensor]`, `unsupported-layer` for too many calls
 */
function inputsOf(file: string, layer: KerasLayer): [name: string, call: number][][] {
  const nodes = (layer.inbound_nodes ?? []) as readonly Json[];
  if (nodes.length > limits.callsOfLayer) {
    throw new ModelError(
      'unsupported-layer',
      `${layerName(layer)} in ${file} is used ${nodes.length} times, ${limits.callsOfLayer} are the most. Use copies of it.`,
    );
  }
  const calls = nodes.map((node, nodeIndex) => {
    const where = `inbound_nodes[${nodeIndex}] of the layer ${layerName(layer)}`;
    // TF.js makes no call of a node without inputs, and waits for it for ever.
    if (!Array.isArray(node) || node.length === 0) throw disconnected(file, where);
    return node.map((input: Json): [string, number] => {
      const [name, call, tensor, passed] = Array.isArray(input) ? (input as Json[]) : [];
      const isReference = typeof name === 'string' && isIndex(call) && isIndex(tensor);
      if (!isReference || !isPassed(passed)) throw disconnected(file, where);
      return [name, call];
    });
  });
  // What an input layer and the inside of a nested model give is there without any input from outside.
  const startsByItself = layer.class_name === 'InputLayer' || isModelClass(layer.class_name);
  return startsByItself ? [[], ...calls] : calls;
}

function isIndex(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isPassed(value: Json | undefined): value is JsonObject | null | undefined {
  return value === undefined || value === null || isObject(value);
}

function disconnected(file: string, where: string): ModelError {
  return new ModelError(
    'invalid-file',
    `${file} is broken at ${where}: expected lists of [layer, call, tensor]. Fetch or save it again.`,
  );
}
