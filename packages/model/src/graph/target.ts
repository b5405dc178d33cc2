import { ModelError } from '../errors.ts';
import { isChannelsFirst, layerClass } from './layer-fields.ts';
import type { GraphOutput, LayerCall, LayerGraph, OpenShape, TensorId } from './layer-graph.ts';
import { describeShape } from './shapes.ts';

export interface TargetSelection {
  /** Name of the layer; the last feature map before the output where it is left out. */
  readonly layer?: string | undefined;
  /** Which call of a layer that is used several times, from 0 in the order of the calls. */
  readonly call?: number | undefined;
  /** Name of the output, for models that have several. */
  readonly output?: string | undefined;
}

/** The feature map whose channels are ablated, and the output that is explained with it. */
export interface TargetLayer {
  readonly tensor: TensorId;
  /** The call that yields the tensor. */
  readonly layerCall: LayerCall;
  /** `[...positions, channels]`, one or two positions axes; null where the model leaves a size open. */
  readonly shape: OpenShape;
  readonly output: GraphOutput;
}

export interface LayerCandidate {
  readonly name: string;
  readonly layerClass: string;
  /** `[...positions, channels]` */
  readonly shape: OpenShape;
  /** How often the layer is called. */
  readonly calls: number;
}

/** Layers between the last feature map and the output, for the default target. */
const HEAD_CLASSES = new Set([
  'Dense',
  'Dropout',
  'SpatialDropout1D',
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
]);

/**
 * Returns the output called `name`, or the only one.
 *
 * @throws ModelError `invalid-option` for an unknown name, or none where there are several outputs
 */
export function resolveOutput(graph: LayerGraph, name?: string): GraphOutput {
  const [only] = graph.outputs;
  const found = name === undefined ? only : graph.outputs.find((output) => output.name === name);
  if (found && (name !== undefined || graph.outputs.length === 1)) return found;
  const names = graph.outputs.map((output) => `"${output.name}"`).join(', ');
  throw new ModelError(
    'invalid-option',
    name === undefined
      ? `The model has ${String(graph.outputs.length)} outputs; name the one to explain: ${names}.`
      : `The model has no output "${name}". Its outputs: ${names}.`,
  );
}

/**
 * Returns the layers that can be explained: a feature map with channels and positions, from which a path leads to the
 * output.
 */
export function layerCandidates(graph: LayerGraph, output?: string): LayerCandidate[] {
  const candidates = new Map<string, LayerCandidate>();
  for (const call of candidateCalls(graph, resolveOutput(graph, output))) {
    const calls = (candidates.get(call.name)?.calls ?? 0) + 1;
    candidates.set(call.name, {
      name: call.name,
      layerClass: call.layer.getClassName(),
      shape: resultShape(graph, call),
      calls,
    });
  }
  return [...candidates.values()];
}

/**
 * Returns the feature map to ablate. The default is met by walking back from the output over dense, dropout, softmax,
 * flatten and pooling layers: the last layer of another kind that has channels and more than one position. So a
 * classifier made of 1x1 convolutions behind a global pooling is walked over, too.
 *
 * @throws ModelError `unknown-layer` where no layer has that name or it has fewer calls, `unsupported-layer` where it
 *   has no channels or positions or does not lead to the output; the message lists the layers that do
 */
export function resolveTarget(graph: LayerGraph, selection: TargetSelection = {}): TargetLayer {
  const output = resolveOutput(graph, selection.output);
  const candidates = candidateCalls(graph, output);
  const call =
    selection.layer === undefined
      ? defaultTarget(graph, candidates, output)
      : namedTarget(graph, candidates, output, selection.layer, selection.call ?? 0);
  return { tensor: result(call), layerCall: call, shape: resultShape(graph, call), output };
}

function defaultTarget(graph: LayerGraph, candidates: readonly LayerCall[], output: GraphOutput): LayerCall {
  const found = candidates.findLast(
    (call) =>
      !HEAD_CLASSES.has(layerClass(call.layer) ?? '') &&
      resultShape(graph, call)
        .slice(0, -1)
        .some((size) => size !== 1),
  );
  if (found) return found;
  throw new ModelError(
    'unsupported-layer',
    `The model has no feature map before its output "${output.name}": no layer with channels and positions other ` +
      `than pooling and dense layers. ${listCandidates(graph, candidates)}`,
  );
}

function namedTarget(
  graph: LayerGraph,
  candidates: readonly LayerCall[],
  output: GraphOutput,
  name: string,
  index: number,
): LayerCall {
  const list = listCandidates(graph, candidates);
  const calls = callsNamed(graph, name);
  if (calls.length === 0) {
    throw new ModelError('unknown-layer', `The model has no layer "${name}". ${list}`);
  }
  const call = calls.find((item) => item.call === index);
  if (!call) {
    throw new ModelError(
      'unknown-layer',
      `Layer "${name}" has no call ${String(index)}: it is called ${String(calls.length)} time(s), counted from 0.`,
    );
  }
  if (candidates.includes(call)) return call;
  const obstacle = unsuitable(graph, call) ?? `does not lead to the output "${output.name}"`;
  throw new ModelError('unsupported-layer', `Layer "${name}" ${obstacle}. ${list}`);
}

/** The calls of the layer that is called `name` by itself or with its models in front. */
function callsNamed(graph: LayerGraph, name: string): LayerCall[] {
  const yielding = graph.calls.filter(({ part }) => part !== 'before-activation');
  const exact = yielding.filter((call) => call.name === name);
  if (exact.length > 0) return exact;
  const named = yielding.filter(({ layer }) => layer.name === name);
  const [first, ...others] = new Set(named.map((call) => call.name));
  if (others.length === 0) return named;
  throw new ModelError(
    'unknown-layer',
    `Several layers are called "${name}". Say which: ${[first, ...others].map((item) => `"${item ?? ''}"`).join(', ')}.`,
  );
}

/** Calls that yield a feature map and lead to the output, in topological order. */
function candidateCalls(graph: LayerGraph, output: GraphOutput): LayerCall[] {
  const leading = new Set<TensorId>([output.logits]);
  return graph.calls
    .toReversed()
    .filter((call) => {
      const leads = call.outputs.some((id) => leading.has(id));
      if (leads) for (const id of call.inputs) leading.add(id);
      return leads && call.part !== 'before-activation' && unsuitable(graph, call) === null;
    })
    .reverse();
}

/** Says why the call's result is no feature map, or null where it is one. */
function unsuitable(graph: LayerGraph, call: LayerCall): string | null {
  const shape = resultShape(graph, call);
  const shown = describeShape(shape);
  if (shape.length < 2) return `yields ${shown}, which has no positions for a map`;
  if (shape.length > 3) return `yields ${shown}: maps over more than two axes of positions are not supported`;
  if (shape.at(-1) === null) return `yields ${shown}, whose number of channels is open`;
  if (isChannelsFirst(call.layer))
    return `keeps its channels first, in ${shown}; only channels last are supported`;
  return null;
}

function result(call: LayerCall): TensorId {
  return call.outputs[0] ?? -1;
}

function resultShape(graph: LayerGraph, call: LayerCall): OpenShape {
  return graph.tensors[result(call)]?.shape ?? [];
}

function listCandidates(graph: LayerGraph, candidates: readonly LayerCall[]): string {
  const names = [
    ...new Set(candidates.map((call) => `"${call.name}" ${describeShape(resultShape(graph, call))}`)),
  ];
  return names.length === 0
    ? 'It has no layer that can be explained.'
    : `Layers that can be explained: ${names.join(', ')}.`;
}
