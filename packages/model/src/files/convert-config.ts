import { convertLayerArguments } from './convert-layer.ts';
import { convertOperation, historiesIn } from './keras-operations.ts';
import type { KerasWriter } from './keras-writer.ts';
import {
  isModelClass,
  isObject,
  layersOf,
  type Json,
  type JsonObject,
  type KerasLayer,
  type KerasObject,
} from './keras-config.ts';

/**
 * The configuration TF.js understands for a model that Keras 1, 2 or 3 described. What TF.js lacks is left as it is, for
 * `checkKerasConfig` to name.
 */
export function convertKerasConfig({ class_name, config }: KerasObject, writer: KerasWriter): KerasObject {
  if (!isModelClass(class_name)) return { class_name, config };
  return class_name === 'Sequential' ? convertSequential(config, writer) : convertFunctional(config, writer);
}

function convertSequential(config: JsonObject, writer: KerasWriter): KerasObject {
  const layers = layersOf(config).map((layer) => convertLayer(layer, writer));
  // A sequential model that was built by its first call keeps the input's shape beside its layers.
  const shape = config['build_input_shape'];
  const [first] = layers;
  if (first !== undefined && shape !== undefined && first.config['batch_input_shape'] === undefined) {
    if (isModelClass(first.class_name)) layers.unshift(inputLayer(shape));
    else layers[0] = { ...first, config: { ...first.config, batch_input_shape: shape } };
  }
  return {
    class_name: 'Sequential',
    config: { name: nameOf(config, 'sequential'), layers: layers as unknown as Json },
  };
}

function inputLayer(shape: Json): KerasLayer {
  return {
    class_name: 'InputLayer',
    config: { name: 'input', batch_input_shape: shape, dtype: 'float32', sparse: false },
  };
}

function convertFunctional(config: JsonObject, writer: KerasWriter): KerasObject {
  const layers = layersOf(config).map((given) => {
    const layer = convertOperation(given) ?? given;
    const converted = convertLayer(layer, writer);
    const nodes = convertNodes(layer.inbound_nodes ?? []);
    return {
      ...(nodes.length > 0 ? withoutShape(converted) : converted),
      name: layer.name ?? nameOf(layer.config, ''),
      inbound_nodes: nodes,
    };
  });
  const outputs = convertEnds(config['output_layers'] ?? []);
  const offsets = callOffsets(layers, [...layers.map((layer) => layer.inbound_nodes), [outputs]]);
  return {
    class_name: 'Functional',
    config: {
      name: nameOf(config, 'model'),
      layers: layers.map((layer) => ({
        ...layer,
        inbound_nodes: shiftCalls(layer.inbound_nodes, offsets),
      })),
      input_layers: convertEnds(config['input_layers'] ?? []),
      output_layers: shiftCalls([outputs], offsets)[0] ?? [],
    },
  };
}

function convertLayer(layer: KerasLayer, writer: KerasWriter): KerasLayer {
  if (isModelClass(layer.class_name)) {
    const { class_name, config } = convertKerasConfig(layer, writer);
    return { class_name, config: { ...config, name: nameOf(layer.config, layer.name ?? '') } };
  }
  return convertLayerArguments(layer, writer);
}

/** A layer that has inputs takes their shape; of another that is written beside it TF.js would warn on the console. */
export function withoutShape(layer: KerasLayer): KerasLayer {
  if (isModelClass(layer.class_name)) return layer;
  const { batch_input_shape: _, ...config } = layer.config;
  return { ...layer, config };
}

/** One end of a model is `["name", 0, 0]`; some versions of Keras leave out the list around a single one. */
function convertEnds(ends: Json): Json {
  return Array.isArray(ends) && typeof ends[0] === 'string' ? [ends] : ends;
}

/** Keras 1 and 2 list a node's inputs as `[name, node, tensor, arguments]`; Keras 3 hides them in call arguments. */
function convertNodes(nodes: Json): readonly Json[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.map((node: Json): Json => {
    if (!isObject(node)) return node;
    const keywords = isObject(node['kwargs']) ? node['kwargs'] : {};
    const training = keywords['training'];
    const passed: JsonObject = typeof training === 'boolean' ? { training } : {};
    return historiesIn(node['args'] ?? []).map((history) => [...history, passed]);
  });
}

/**
 * What to add to the call numbers of nested models. The call 0 of a model is the one inside it, so that Keras counts
 * those of the outer model from 1; TF.js expects this when it loads, but saves them counted from 0.
 */
function callOffsets(
  layers: readonly KerasLayer[],
  nodes: readonly (readonly Json[])[],
): Map<string, number> {
  const nested = new Set(layers.filter(({ class_name }) => isModelClass(class_name)).map(({ name }) => name));
  const offsets = new Map<string, number>();
  for (const reference of nodes.flat(2)) {
    const [name, call] = Array.isArray(reference) ? (reference as Json[]) : [];
    if (typeof name === 'string' && nested.has(name) && call === 0) offsets.set(name, 1);
  }
  return offsets;
}

function shiftCalls(nodes: readonly Json[], offsets: ReadonlyMap<string, number>): Json[] {
  return nodes.map((node) =>
    Array.isArray(node)
      ? node.map((reference: Json): Json => {
          const [name, call, ...rest] = Array.isArray(reference) ? (reference as Json[]) : [];
          const offset = typeof name === 'string' ? offsets.get(name) : undefined;
          return offset === undefined ? reference : [name ?? null, Number(call) + offset, ...rest];
        })
      : node,
  );
}

function nameOf(config: JsonObject, fallback: string): string {
  const name = config['name'];
  return typeof name === 'string' ? name : fallback;
}
