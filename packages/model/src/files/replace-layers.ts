import {
  isModelClass,
  layerName,
  layersOf,
  type Json,
  type KerasLayer,
  type KerasObject,
} from './keras-config.ts';

/** A reference to a tensor: `[layer, call, tensor, arguments]`. */
export type LayerReference = readonly Json[];

/**
 * A converted configuration with chains of layers in the place of single ones: the first of a chain reads what the layer read,
 * and what read the layer reads the last. Layers of nested models are left alone.
 *
 * @param chainOf returns at least one layer; `inbound_nodes` in it are not looked at
 */
export function replaceLayers(
  { class_name, config }: KerasObject,
  chainOf: (layer: KerasLayer) => readonly KerasLayer[],
): KerasObject {
  const layers = layersOf(config);
  const chains = layers.map((layer) => ({ layer, chain: chainOf(layer) }));
  if (chains.every(({ layer, chain }) => chain.length === 1 && chain[0] === layer))
    return { class_name, config };
  if (class_name === 'Sequential') {
    return {
      class_name,
      config: { ...config, layers: chains.flatMap(({ chain }) => chain) as unknown as Json },
    };
  }
  const lastOf = new Map<string, Replacement>();
  for (const { layer, chain } of chains) {
    const last = chain.at(-1);
    if (!last || last === layer) continue;
    lastOf.set(layerName(layer), { name: layerName(last), shift: firstCall(last) - firstCall(layer) });
  }
  const redirected = (references: Json): Json =>
    referencesIn(references).map(([name = null, call = 0, ...rest]) => {
      const last = typeof name === 'string' ? lastOf.get(name) : undefined;
      return last ? [last.name, Math.max(0, Number(call) + last.shift), ...rest] : [name, call, ...rest];
    });
  const replaced = chains.flatMap(({ layer, chain }) =>
    chain.map((part, place): KerasLayer => {
      const nodes = nodesOf(layer);
      const before = chain[place - 1];
      const inbound = before
        ? nodes.map((_, call): Json => [[layerName(before), firstCall(before) + call, 0, {}]])
        : nodes.map(redirected);
      return { ...part, name: layerName(part), inbound_nodes: inbound };
    }),
  );
  const outputs = redirected(config['output_layers'] ?? []);
  return { class_name, config: { ...config, layers: replaced as unknown as Json, output_layers: outputs } };
}

interface Replacement {
  readonly name: string;
  /** Added to the number of a call. */
  readonly shift: number;
}

/** The number of a layer's first call: the call 0 of a nested model is the one inside it. */
function firstCall({ class_name }: KerasLayer): number {
  return isModelClass(class_name) ? 1 : 0;
}

/** The calls of a layer in a functional model. */
export function nodesOf(layer: KerasLayer): readonly Json[] {
  return Array.isArray(layer.inbound_nodes) ? (layer.inbound_nodes as readonly Json[]) : [];
}

/** The references of one call, or of a model's ends. */
export function referencesIn(node: Json): readonly LayerReference[] {
  return Array.isArray(node)
    ? node.filter((item: Json): item is LayerReference & Json => Array.isArray(item))
    : [];
}
