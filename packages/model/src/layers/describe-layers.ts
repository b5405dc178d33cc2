import type { NetworkLayer, LayerRole, OpenShape } from '../network/network.ts';
import { activationField, isChannelsFirst, layerClass } from './layer-fields.ts';
import type { LayerCall, LayerGraph, TensorId } from './layer-graph.ts';
import { describeShape } from './shapes.ts';

/** A layer of a network, with the tensor it yields. */
export interface DescribedLayer extends NetworkLayer {
  readonly tensor: TensorId;
}

/** Layers between the last feature map and the output. */
const HEAD_CLASSES = new Set([
  'Dense',
  'Dropout',
  'SpatialDropout1D',
  'KerasIdentity',
  'GaussianDropout',
  'GaussianNoise',
  'AlphaDropout',
  'Softmax',
  'Flatten',
  'MaxPooling1D',
  'MaxPooling2D',
  'AveragePooling1D',
  'AveragePooling2D',
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling1D',
  'GlobalMaxPooling2D',
  'KerasGlobalPooling',
]);

const ACTIVATION_CLASSES = new Set(['ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'PReLU', 'KerasReLU']);

/** Returns the calls that yield what their layers yield, as a user knows them, in topological order. */
export function describeLayers(graph: LayerGraph): DescribedLayer[] {
  const yielding = graph.calls.filter(({ part }) => part !== 'before-activation');
  const indexOf = new Map(
    yielding.flatMap(({ outputs }, index) => outputs.map((id) => [id, index] as const)),
  );
  // The call that a layer was split off from is no layer of its own: its inputs are those of the layer.
  const inputsOf = (call: LayerCall): readonly TensorId[] =>
    call.part === 'activation'
      ? (graph.calls.find(({ outputs }) => outputs.includes(call.inputs[0] ?? -1))?.inputs ?? [])
      : call.inputs;
  const leading = graph.outputs.map(({ name, logits }) => ({ name, ids: leadingTo(graph, logits) }));
  return yielding.map((call) => {
    const tensor = call.outputs[0] ?? -1;
    const shape = graph.tensors[tensor]?.shape ?? [];
    return {
      name: call.name,
      ownName: call.layer.name,
      call: call.call,
      type: call.layer.getClassName(),
      shape,
      role: roleOf(call),
      inputs: inputsOf(call).flatMap((id) => indexOf.get(id) ?? []),
      leadsTo: leading.filter(({ ids }) => call.outputs.some((id) => ids.has(id))).map(({ name }) => name),
      obstacle: obstacleOf(call, shape),
      tensor,
    };
  });
}

/** The tensors from which a path leads to `to`. */
function leadingTo(graph: LayerGraph, to: TensorId): ReadonlySet<TensorId> {
  const leading = new Set([to]);
  for (const call of graph.calls.toReversed()) {
    if (call.outputs.some((id) => leading.has(id))) for (const id of call.inputs) leading.add(id);
  }
  return leading;
}

function roleOf({ layer }: LayerCall): LayerRole {
  const known = layerClass(layer) ?? '';
  if (HEAD_CLASSES.has(known)) return 'head';
  if (known === 'BatchNormalization') return 'normalization';
  if (ACTIVATION_CLASSES.has(known)) return 'activation';
  const own = activationField(layer)?.getClassName() ?? 'linear';
  return own === 'linear' ? 'other' : 'activation';
}

/** Says why the call's result is no feature map, or null where it is one. */
function obstacleOf(call: LayerCall, shape: OpenShape): string | null {
  const shown = describeShape(shape);
  if (shape.length < 2) return `yields ${shown}, which has no positions for a map`;
  if (shape.length > 3) return `yields ${shown}: maps over more than two axes of positions are not supported`;
  if (shape.at(-1) === null) return `yields ${shown}, whose number of channels is open`;
  if (isChannelsFirst(call.layer))
    return `keeps its channels first, in ${shown}; only channels last are supported`;
  return null;
}
