import { ModelError } from '../errors.ts';
import { describeShape } from '../layers/shapes.ts';
import { layersNamed, nearestNames, shortNames } from './layer-names.ts';
import type { Network, NetworkLayer, NetworkOutput, OpenShape } from './network.ts';

/** Which layer is explained, and for which output. */
export interface TargetSelection {
  /** Name of the layer; the last feature map before the output where it is left out. */
  readonly layer?: string | undefined;
  /** Which call of a layer that is used several times, from 0 in the order of the calls. */
  readonly call?: number | undefined;
  /** Name of the output, for networks that have several. */
  readonly output?: string | undefined;
}

/** The feature map whose channels are ablated, and the output that is explained with it. */
export interface TargetLayer<Layer extends NetworkLayer = NetworkLayer> {
  readonly layer: Layer;
  /** Position of the output among the network's. */
  readonly output: number;
}

/** A layer that can be named as a target, as `layerCandidates` lists it. */
export interface LayerCandidate {
  readonly name: string;
  /** The shortest ending of its name that is no other layer's, by which it can be called as well. */
  readonly shortName: string;
  /** What it is, as its format calls it: "Conv2D". */
  readonly type: string;
  /** `[...positions, channels]` */
  readonly shape: OpenShape;
  /** How often the layer is called. */
  readonly calls: number;
}

/** What targets are found in: a network, or one of definite sizes. */
export interface Layered<Layer extends NetworkLayer = NetworkLayer> {
  readonly outputs: Network['outputs'];
  readonly layers: readonly Layer[];
}

/**
 * Returns the position of the output called `name`, or of the only one.
 *
 * @throws ModelError `invalid-option` for an unknown name, or none where there are several outputs
 */
export function resolveOutput({ outputs }: Pick<Network, 'outputs'>, name?: string): number {
  const found = name === undefined ? 0 : outputs.findIndex((output) => output.name === name);
  if (found >= 0 && (name !== undefined || outputs.length === 1)) return found;
  const names = outputs.map((output) => `"${output.name}"`).join(', ');
  throw new ModelError(
    'invalid-option',
    name === undefined
      ? `The model has ${String(outputs.length)} outputs; name the one to explain: ${names}.`
      : `The model has no output "${name}". Its outputs: ${names}.`,
  );
}

/**
 * Returns the layers that can be explained: a feature map with channels and positions, from which a path leads to the
 * output.
 */
export function layerCandidates(network: Layered, output?: string): LayerCandidate[] {
  const candidates = new Map<string, LayerCandidate>();
  const short = shortNames(network.layers);
  for (const { name, type, shape } of candidatesOf(network, outputOf(network, output))) {
    const calls = (candidates.get(name)?.calls ?? 0) + 1;
    candidates.set(name, { name, shortName: short.get(name) ?? name, type, shape, calls });
  }
  return [...candidates.values()];
}

/**
 * Returns the feature map to ablate. The default is met by walking back from the output over dense, dropout, softmax,
 * flatten and pooling layers: the last layer of another kind that has channels and more than one position. So a
 * classifier made of 1x1 convolutions behind a global pooling is walked over, too. Where that layer is a batch
 * normalisation directly behind an activation, the activation is the target: a normalised map mixes signs.
 *
 * A layer is named by its name, or by any ending of that which is no other's: `layer4.2/relu_2/Relu` for
 * `/layer4/layer4.2/relu_2/Relu`.
 *
 * @throws ModelError `unknown-layer` where no layer has that name or it has fewer calls, `unsupported-layer` where it
 *   has no channels or positions or does not lead to the output; the message lists the layers that do
 */
export function resolveTarget<Layer extends NetworkLayer>(
  network: Layered<Layer>,
  selection: TargetSelection = {},
): TargetLayer<Layer> {
  const output = resolveOutput(network, selection.output);
  const candidates = candidatesOf(network, outputOf(network, selection.output));
  const name = network.outputs[output]?.name ?? '';
  const layer =
    selection.layer === undefined
      ? defaultTarget(network, candidates, name)
      : namedTarget(network, candidates, name, selection.layer, selection.call ?? 0);
  return { layer, output };
}

function outputOf(network: Layered, name: string | undefined): NetworkOutput | undefined {
  return network.outputs[resolveOutput(network, name)];
}

/** Layers that yield a feature map and lead to the output, in topological order. */
function candidatesOf<Layer extends NetworkLayer>(
  { layers }: Layered<Layer>,
  output: NetworkOutput | undefined,
): Layer[] {
  return layers.filter(({ leadsTo, obstacle }) => obstacle === null && leadsTo.includes(output?.name ?? ''));
}

function defaultTarget<Layer extends NetworkLayer>(
  { layers }: Layered<Layer>,
  candidates: readonly Layer[],
  output: string,
): Layer {
  const found = candidates.findLast(
    ({ role, shape }) => role !== 'head' && shape.slice(0, -1).some((size) => size !== 1),
  );
  if (found) return behindNormalization(layers, candidates, found);
  // Where it is the layout that stands in the way, that is what has to be said.
  const channelsFirst = layers.find(
    ({ obstacle, role, leadsTo }) =>
      obstacle?.includes('channels first') === true && role !== 'head' && leadsTo.includes(output),
  );
  throw new ModelError(
    'unsupported-layer',
    channelsFirst
      ? `The model keeps its channels first ("${channelsFirst.name}" ${describeShape(channelsFirst.shape)}); only channels ` +
          'last are supported. Save it with data_format "channels_last".'
      : `The model has no feature map before its output "${output}": no layer with channels and positions other ` +
          `than pooling and dense layers. ${listCandidates(layers, candidates)}`,
  );
}

/** The activation that a batch normalisation directly follows, or the layer itself. */
function behindNormalization<Layer extends NetworkLayer>(
  layers: readonly Layer[],
  candidates: readonly Layer[],
  layer: Layer,
): Layer {
  const [input, ...others] = layer.inputs;
  const before = input === undefined ? undefined : layers[input];
  const isBehindActivation =
    layer.role === 'normalization' && before?.role === 'activation' && others.length === 0;
  return isBehindActivation && candidates.includes(before) ? before : layer;
}

function namedTarget<Layer extends NetworkLayer>(
  { layers }: Layered<Layer>,
  candidates: readonly Layer[],
  output: string,
  name: string,
  index: number,
): Layer {
  const list = listCandidates(layers, candidates);
  const calls = layersNamed(layers, name);
  if (calls.length === 0) {
    const near = nearestNames(layers, name).map((found) => `"${found}"`);
    const meant = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
    throw new ModelError('unknown-layer', `The model has no layer "${name}".${meant} ${list}`);
  }
  const layer = calls.find(({ call }) => call === index);
  if (!layer) {
    throw new ModelError(
      'unknown-layer',
      `Layer "${name}" has no call ${String(index)}: it is called ${String(calls.length)} time(s), counted from 0.`,
    );
  }
  if (candidates.includes(layer)) return layer;
  const obstacle = layer.obstacle ?? `does not lead to the output "${output}"`;
  throw new ModelError('unsupported-layer', `Layer "${name}" ${obstacle}. ${list}`);
}

/** A long list says no more than its end, where the layers are that are mostly explained. */
const MOST_LISTED = 20;

function listCandidates(layers: readonly NetworkLayer[], candidates: readonly NetworkLayer[]): string {
  if (candidates.length === 0) return 'It has no layer that can be explained.';
  const short = shortNames(layers);
  const names = [
    ...new Set(candidates.map(({ name, shape }) => `"${short.get(name) ?? name}" ${describeShape(shape)}`)),
  ];
  const before = names.length - MOST_LISTED;
  const listed = names.slice(-MOST_LISTED).join(', ');
  return `Layers that can be explained: ${listed}${before > 0 ? `, and ${String(before)} before them` : ''}.`;
}
