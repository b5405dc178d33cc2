import { asFunctional } from './as-functional.ts';
import {
  isModelClass,
  layerName,
  layersOf,
  type Json,
  type JsonObject,
  type KerasLayer,
  type KerasObject,
} from './keras-config.ts';
import { isFirst, ranksOf, takesAnyLayout, withMovedAxes } from './channel-axes.ts';
import { nodesOf, referencesIn, type LayerReference } from './replace-layers.ts';

/**
 * A converted and connected configuration in which channels are the last axis everywhere: what is asked of WASM and the CPU, and
 * of everything behind. Kernels of convolutions and statistics have no other order with channels first, so that the
 * weights stay as they are. Inputs of images are taken channels last as well; where a layer has to have its axes in
 * the order of the file, such as a flattening, a permutation is put in front of it.
 *
 * Configurations without channels first come back as they are.
 */
export function channelsLast(model: KerasObject): KerasObject {
  return hasChannelsFirst(model) ? moved(model, true, new Map()).model : model;
}

/** Whether a layer of the model, or of one in it, has its channels first. */
export function hasChannelsFirst({ config }: KerasObject): boolean {
  return layersOf(config).some((layer) =>
    isModelClass(layer.class_name) ? hasChannelsFirst(layer) : isFirst(layer),
  );
}

/** A model whose channels were moved, and which of its inputs and outputs have theirs moved. */
interface MovedModel {
  readonly model: KerasObject;
  readonly inputs: readonly Layout[];
  readonly outputs: readonly Layout[];
}

/** How many axes a tensor has whose channels were moved, without the batch; 0 where it is as in the file. */
type Layout = number;

/**
 * @param isOuter whose outputs stay as in the file
 * @param inner nested models that were moved already: each is asked for twice, and there may be many in one another
 */
function moved(model: KerasObject, isOuter: boolean, inner: Map<KerasObject, MovedModel>): MovedModel {
  const known = inner.get(model);
  if (known) return known;

  const { class_name, config } = asFunctional(model);
  const layers = layersOf(config);
  const wanted = inputsToMove(layers, inner);
  /** By `keyOf` a tensor. */
  const layouts = new Map<string, Layout>();
  const result: KerasLayer[] = [];
  const permutations = new Map<string, LayerReference>();

  const layoutOf = (reference: LayerReference): Layout => layouts.get(keyOf(reference)) ?? 0;
  /** The reference, behind a permutation where its channels lie elsewhere. */
  const inLayout = (reference: LayerReference, rank: Layout): LayerReference => {
    const own = layoutOf(reference);
    if (own > 0 === rank > 0) return reference;
    const key = keyOf(reference);
    const known = permutations.get(key);
    if (known) return known;
    const [source = '', call = 0, tensor = 0] = reference;
    const suffix = Number(call) > 0 ? `_${Number(call)}` : '';
    const name = `${nameOf(source)}_channels_${rank > 0 ? 'last' : 'first'}${suffix}`;
    const axes = Array.from({ length: Math.max(own, rank) }, (_, axis) => axis + 1);
    const dims = rank > 0 ? [...axes.slice(1), 1] : [axes.length, ...axes.slice(0, -1)];
    result.push({
      class_name: 'Permute',
      name,
      config: { name, dims },
      inbound_nodes: [[[source, call, tensor, {}]]],
    });
    const made = [name, 0, 0, {}];
    permutations.set(key, made);
    return made;
  };
  const place = (layer: KerasLayer, inputs: readonly Layout[], outputs: readonly Layout[]): void => {
    const name = layerName(layer);
    const first = isModelClass(layer.class_name) ? 1 : 0;
    const nodes = nodesOf(layer).map((node) =>
      referencesIn(node).map(
        (reference, i): Json => inLayout(reference, inputs[i] ?? inputs[0] ?? 0) as Json,
      ),
    );
    const calls = Math.max(nodes.length, 1);
    for (let call = 0; call < calls; call++) {
      outputs.forEach((layout, tensor) => layouts.set(keyOf([name, first + call, tensor]), layout));
    }
    result.push({ ...layer, inbound_nodes: nodes });
  };

  for (const layer of layers) {
    const name = layerName(layer);
    if (layer.class_name === 'InputLayer') {
      const rank = wanted.get(name) ?? 0;
      place(rank > 0 ? withMovedShape(layer) : layer, [], [rank]);
      continue;
    }
    if (isModelClass(layer.class_name)) {
      const nested = moved(layer, false, inner);
      place({ ...layer, ...nested.model }, nested.inputs, nested.outputs);
      continue;
    }
    const given = nodesOf(layer).flatMap((node) => referencesIn(node).map(layoutOf));
    const rank = Math.max(0, ...given);
    if (isFirst(layer)) {
      const ranks = ranksOf(layer);
      place(
        { ...layer, config: { ...layer.config, data_format: 'channels_last' } },
        [ranks.input],
        [ranks.output],
      );
    } else if (rank > 0 && takesAnyLayout(layer)) {
      place(withMovedAxes(layer, rank), [rank], [rank]);
    } else place(layer, [0], [0]);
  }
  const outputs = referencesIn(config['output_layers'] ?? []);
  const ends = outputs.map(
    (reference): Json => (isOuter ? inLayout(reference, 0).slice(0, 3) : reference) as Json,
  );
  const movedModel: MovedModel = {
    model: { class_name, config: { ...config, layers: result as unknown as Json, output_layers: ends } },
    inputs: referencesIn(config['input_layers'] ?? []).map(layoutOf),
    outputs: isOuter ? [] : outputs.map(layoutOf),
  };
  inner.set(model, movedModel);
  return movedModel;
}

/** The input layers from which only layers that do not care lead to one with its channels first; how many axes they have. */
function inputsToMove(
  layers: readonly KerasLayer[],
  inner: Map<KerasObject, MovedModel>,
): ReadonlyMap<string, Layout> {
  const wanting = new Set<string>();
  for (const layer of layers.toReversed()) {
    const isNested = isModelClass(layer.class_name);
    const wants = isNested
      ? hasChannelsFirst(layer) && moved(layer, false, inner).inputs.some((rank) => rank > 0)
      : isFirst(layer) || (wanting.has(layerName(layer)) && takesAnyLayout(layer));
    if (!wants) continue;
    for (const [source] of nodesOf(layer).flatMap(referencesIn)) wanting.add(nameOf(source));
  }
  return new Map(
    layers
      .filter((layer) => layer.class_name === 'InputLayer' && wanting.has(layerName(layer)))
      .map((layer) => [layerName(layer), shapeOf(layer.config).length - 1]),
  );
}

/** Of the tensor that a reference stands for. */
function keyOf(reference: LayerReference): string {
  return JSON.stringify(reference.slice(0, 3));
}

function nameOf(name: Json | undefined): string {
  return typeof name === 'string' ? name : '';
}

function shapeOf(config: JsonObject): readonly Json[] {
  const shape = config['batch_input_shape'];
  return Array.isArray(shape) ? (shape as readonly Json[]) : [];
}

function withMovedShape(layer: KerasLayer): KerasLayer {
  const [batch = null, channels = null, ...positions] = shapeOf(layer.config);
  return { ...layer, config: { ...layer.config, batch_input_shape: [batch, ...positions, channels] } };
}
