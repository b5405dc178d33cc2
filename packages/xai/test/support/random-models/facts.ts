import type * as tf from '@tensorflow/tfjs';
import { chunksPerInput, type Shape, type Tail } from '@ablation-cam/kernels';
import type { NodeId } from '@ablation-cam/kernels';
import type { SizedLayer, SizedNetwork } from '@ablation-cam/model';
import type { RandomCase } from './random-case.ts';
import { isDefined } from './without-rule.ts';

/** Layer classes that have to occur behind a target. */
const LAYERS = [
  ...['Conv1D', 'Conv2D', 'DepthwiseConv2D', 'SeparableConv2D', 'Dense'],
  ...['BatchNormalization', 'LayerNormalization', 'GroupNormalization', 'Rescaling'],
  ...['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'PReLU', 'ThresholdedReLU', 'Softmax'],
  ...['MaxPooling1D', 'MaxPooling2D', 'AveragePooling1D', 'AveragePooling2D'],
  ...['GlobalMaxPooling1D', 'GlobalMaxPooling2D', 'GlobalAveragePooling1D', 'GlobalAveragePooling2D'],
  ...['Flatten', 'Reshape', 'Permute', 'RepeatVector', 'ZeroPadding2D', 'Cropping2D', 'UpSampling2D'],
  ...['Dropout', 'SpatialDropout1D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'],
  ...['Add', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate'],
] as const;

/** Layer classes whose results have to be targets. */
const TARGETS = [
  ...['Conv1D', 'Conv2D', 'DepthwiseConv2D', 'SeparableConv2D', 'Dense', 'Activation', 'PReLU'],
  ...[
    'BatchNormalization',
    'LayerNormalization',
    'MaxPooling1D',
    'MaxPooling2D',
    'AveragePooling1D',
    'AveragePooling2D',
  ],
  ...['Add', 'Multiply', 'Concatenate', 'Permute', 'ZeroPadding2D', 'UpSampling2D'],
] as const;

const ACTIVATIONS = [
  ...[
    'relu',
    'relu6',
    'leaky-relu',
    'elu',
    'selu',
    'sigmoid',
    'hard-sigmoid',
    'tanh',
    'softplus',
    'softsign',
  ],
  ...['swish', 'gelu', 'gelu-tanh', 'mish', 'thresholded-relu', 'softmax'],
] as const;

/** What is true of a case, by the name under which it is counted. */
const PROPERTIES: Readonly<Record<string, (random: RandomCase, layers: readonly SizedLayer[]) => boolean>> = {
  'one axis of positions': ({ target }) => target.shape.length === 2,
  'two axes of positions': ({ target }) => target.shape.length === 3,
  'positions of unequal, odd length': ({ target }) =>
    target.shape.length === 3 && target.shape[0] !== target.shape[1] && (target.shape[0] ?? 0) % 2 === 1,
  'a chain': ({ behind: { tail } }) => tail.nodes.every(({ inputs }) => inputs.length < 2),
  'a graph': ({ behind: { tail } }) => tail.nodes.some(({ inputs }) => inputs.length > 1),
  '1 channel': ({ target }) => target.shape.at(-1) === 1,
  '13 channels or more': ({ target }) => (target.shape.at(-1) ?? 0) >= 13,
  '65 channels': ({ target }) => target.shape.at(-1) === 65,
  'a depth multiplier': ({ behind: { tail } }) =>
    tail.nodes.some(({ operation }) => operation.kind === 'depthwise' && operation.multiplier > 1),
  'a dense layer on a feature map': ({ behind: { tail } }) =>
    tail.nodes.some(({ operation, shape }) => operation.kind === 'dense' && shape.length > 1),
  'squeeze and excitation': ({ behind: { tail } }) => tail.nodes.some((_, node) => isGated(tail, node)),
  'a constant beside the target': ({ constants }) => constants.size > 0,
  'a connection around layers behind the target': ({ behind: { tail } }) =>
    tail.nodes.filter(({ inputs }) => inputs.includes(tail.target)).length > 1,
  'a dilated convolution': ({ behind: { tail } }) =>
    tail.nodes.some(
      ({ operation }) => operation.kind === 'convolution' && operation.dilation.some((rate) => rate > 1),
    ),
  'a dilation that TensorFlow.js ignores': ({ model }, layers) =>
    layers.some(
      ({ type, ownName }) =>
        type === 'DepthwiseConv2D' &&
        JSON.stringify(ownLayer(model, ownName)?.getConfig()['dilationRate']) === '[2,2]',
    ),
  'a nested model': ({ model }, layers) =>
    layers.some(({ ownName }) => !model.layers.some(({ name }) => name === ownName)),
  'a shared layer': (_, layers) => layers.some(({ call }) => call > 0),
  'a later call of a shared layer as the target': ({ target }) => target.call > 0,
  'the first of several calls as the target': ({ target, network }) =>
    target.call === 0 && network.layers.some(({ name, call }) => name === target.name && call > 0),
  'an input as the target': ({ network, target }) => network.graph.inputs.includes(target.node),
  'several outputs that depend on the target': ({ network, target }) =>
    target.leadsTo.length > 1 && network.graph.outputs.length > 1,
  'a causal convolution': ({ model }, layers) =>
    layers.some(({ ownName }) => ownLayer(model, ownName)?.getConfig()['padding'] === 'causal'),
  'several outputs': ({ network }) => network.graph.outputs.length > 1,
  'several inputs': ({ network }) => network.graph.inputs.length > 1,
  'signed activations': ({ activation }) => activation.some((value) => value < 0),
  'activations that are never negative': ({ activation }) => activation.every((value) => value >= 0),
  'a softmax output': ({ behind: { tail } }) => tail.scoreFunction === 'softmax',
  'one sigmoid unit': (random) => sigmoidUnits(random) === 1,
  'several sigmoid units': (random) => sigmoidUnits(random) > 1,
  'a linear output': ({ behind: { tail } }) => tail.scoreFunction === 'linear',
  'a prediction above 0.9999 of a softmax': (random) => isConfident(random, 'softmax'),
  'a prediction above 0.9999 of a sigmoid': (random) => isConfident(random, 'sigmoid'),
  'several inputs in one run': ({ inputs }) => inputs > 1,
  'zero for off': ({ ablation }) =>
    ablation.kind === 'values' && ablation.values.every((value) => value === 0),
  'other values for off': ({ ablation }) =>
    ablation.kind === 'values' && ablation.values.some((value) => value !== 0),
  'the mean for off': ({ ablation }) => ablation.kind === 'channel-mean',
  'weights of the logit': ({ score }) => score === 'logit',
  'a single dispatch': ({ plan }) => plan.kind === 'separable-dense',
  'a plan in steps': ({ plan }) => plan.kind === 'steps',
  'variants in several chunks': ({ plan }) => plan.kind === 'steps' && chunksPerInput(plan, plan.classes) > 1,
  'the label one-channel': (random) => hasLabel(random, 'one-channel'),
  'the label low-rank': (random) => hasLabel(random, 'low-rank'),
  'the label all': (random) => hasLabel(random, 'all'),
  'layers that only TensorFlow.js computes': ({ behind: { tail } }) => !isDefined(tail),
  'a log-softmax output': ({ network, output }) => {
    const { operation } = network.graph.nodes[output.node] ?? {};
    return operation?.kind === 'softmax' && operation.log;
  },
  'one class': ({ network, output }) =>
    output.scoreFunction !== 'sigmoid' && network.graph.nodes[output.logits]?.shape.at(-1) === 1,
  'a layer without a rule': ({ plan }) =>
    plan.kind === 'steps' && plan.variantSteps.some(({ kind }) => kind === 'fallback'),
};

/** Layers without a rule, which only TensorFlow.js itself computes: too rare to have to occur in every test run. */
const RARE = [
  ...['Conv2DTranspose', 'Conv3D', 'Conv3DTranspose', 'MaxPooling3D', 'AveragePooling3D'],
  ...['LSTM', 'GRU', 'SimpleRNN', 'Bidirectional', 'TimeDistributed'],
] as const;

/** What a long run should have among its models as well. */
export const RARE_FACTS: readonly string[] = [...RARE, 'batch normalization of another axis'];

/** Everything that has to occur among the models of a test run. */
export const FACTS: readonly string[] = [
  ...LAYERS,
  ...TARGETS.map((name) => `target ${name}`),
  ...ACTIVATIONS.map((name) => `activation ${name}`),
  ...Object.keys(PROPERTIES),
];

/** Returns what is true of a case. */
export function factsOf(random: RandomCase): ReadonlySet<string> {
  const { network, target, behind } = random;
  const layers = layersBehind(network, target.node, behind.logits);
  const activations = behind.tail.nodes.flatMap(({ operation }) => {
    if (operation.kind === 'softmax') return ['softmax'];
    return operation.kind === 'activation' ? [operation.function] : [];
  });
  return new Set([
    ...layers.map(({ type }) => type),
    `target ${target.type}`,
    ...activations.map((name) => `activation ${name}`),
    ...(layers.some((layer) => isOtherAxis(random, layer)) ? ['batch normalization of another axis'] : []),
    ...Object.keys(PROPERTIES).filter((name) => PROPERTIES[name]?.(random, layers)),
  ]);
}

/** The layers that yield nodes on paths from one node to another. */
function layersBehind({ graph, layers }: SizedNetwork, from: NodeId, to: NodeId): SizedLayer[] {
  const reached = new Set([from]);
  graph.nodes.forEach(({ inputs }, id) => {
    if (inputs.some((input) => reached.has(input))) reached.add(id);
  });
  const leading = new Set([to]);
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (leading.has(id)) for (const input of graph.nodes[id]?.inputs ?? []) leading.add(input);
  }
  return layers.filter(({ node, name }) => {
    const isOnPath = reached.has(node) && leading.has(node) && node !== from;
    // The layer that makes the logits and applies the score function yields what lies behind them.
    const makesLogits = graph.nodes[to]?.name === name && to !== from;
    return isOnPath || makesLogits;
  });
}

/** A layer of the model or of a model in it. */
function ownLayer(model: tf.LayersModel, name: string): tf.layers.Layer | undefined {
  for (const layer of model.layers) {
    if (layer.name === name) return layer;
    const inner = 'layers' in layer ? ownLayer(layer as tf.LayersModel, name) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

/** Whether a batch normalization has its statistics along an axis of positions. */
function isOtherAxis({ model }: RandomCase, { type, ownName, shape }: SizedLayer): boolean {
  if (type !== 'BatchNormalization') return false;
  const axis = ownLayer(model, ownName)?.getConfig()['axis'];
  return axis !== -1 && axis !== shape.length;
}

/** Whether the node multiplies a feature map by one factor a channel that depends on the target as well. */
function isGated({ nodes }: Tail, node: number): boolean {
  const { operation, inputs } = nodes[node] ?? {};
  if (operation?.kind !== 'merge' || operation.function !== 'multiply' || !inputs) return false;
  const shapes = inputs.map((input) => nodes[input]?.shape ?? []);
  return shapes.some(hasPositions) && shapes.some((shape) => !hasPositions(shape));
}

function hasPositions(shape: Shape): boolean {
  return shape.slice(0, -1).some((length) => length > 1);
}

function classesOf({ nodes, output }: Tail): number {
  return nodes[output]?.shape[0] ?? 0;
}

/** 0 where the output is no sigmoid. */
function sigmoidUnits({ network, output, behind: { tail } }: RandomCase): number {
  return tail.scoreFunction === 'sigmoid' ? (network.graph.nodes[output.logits]?.shape.at(-1) ?? 0) : 0;
}

function isConfident({ behind: { tail }, logits }: RandomCase, name: string): boolean {
  if (tail.scoreFunction !== name) return false;
  // log(0.9999 / 0.0001)
  const far = 9.2103;
  if (name === 'sigmoid') return logits.some((z) => z > far);
  const classes = classesOf(tail);
  return Array.from({ length: logits.length / classes }, (_, n) => {
    const own = logits.slice(n * classes, (n + 1) * classes);
    const best = Math.max(...own);
    const others = own.reduce((sum, z) => sum + Math.exp(z - best), -1);
    return -Math.log(others) > far;
  }).some(Boolean);
}

function hasLabel({ plan }: RandomCase, kind: string): boolean {
  return plan.kind === 'steps' && plan.labels.some((label) => label.kind === kind);
}
