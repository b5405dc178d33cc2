import { chunksPerInput, type Shape, type Tail } from '@ablation-cam/kernels';
import type { LayerCall, LayerGraph, TensorId } from '@ablation-cam/model';
import type { RandomCase } from './random-case.ts';

/** Layer classes that have to occur behind a target. */
const LAYERS = [
  ...['Conv1D', 'Conv2D', 'DepthwiseConv2D', 'SeparableConv2D', 'Dense'],
  ...['BatchNormalization', 'LayerNormalization', 'Rescaling'],
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
const PROPERTIES: Readonly<Record<string, (random: RandomCase, layers: readonly LayerCall[]) => boolean>> = {
  'one axis of positions': ({ target }) => target.shape.length === 2,
  'two axes of positions': ({ target }) => target.shape.length === 3,
  'positions of unequal, odd length': ({ target }) =>
    target.shape.length === 3 && target.shape[0] !== target.shape[1] && (target.shape[0] ?? 0) % 2 === 1,
  'a chain': ({ extracted: { tail } }) => tail.nodes.every(({ inputs }) => inputs.length < 2),
  'a graph': ({ extracted: { tail } }) => tail.nodes.some(({ inputs }) => inputs.length > 1),
  '1 channel': ({ target }) => target.shape.at(-1) === 1,
  '13 channels or more': ({ target }) => (target.shape.at(-1) ?? 0) >= 13,
  '65 channels': ({ target }) => target.shape.at(-1) === 65,
  'a depth multiplier': ({ extracted: { tail } }) =>
    tail.nodes.some(({ operation }) => operation.kind === 'depthwise' && operation.multiplier > 1),
  'a dense layer on a feature map': ({ extracted: { tail } }) =>
    tail.nodes.some(({ operation, shape }) => operation.kind === 'dense' && shape.length > 1),
  'squeeze and excitation': ({ extracted: { tail } }) => tail.nodes.some((_, node) => isGated(tail, node)),
  'a constant beside the target': ({ constants }) => constants.size > 0,
  'a connection around layers behind the target': ({ extracted: { tail } }) =>
    tail.nodes.filter(({ inputs }) => inputs.includes(tail.target)).length > 1,
  'a dilated convolution': ({ extracted: { tail } }) =>
    tail.nodes.some(
      ({ operation }) => operation.kind === 'convolution' && operation.dilation.some((rate) => rate > 1),
    ),
  'a dilation that TensorFlow.js ignores': (_, layers) =>
    layers.some(
      ({ layer }) =>
        layer.getClassName() === 'DepthwiseConv2D' &&
        JSON.stringify(layer.getConfig()['dilationRate']) === '[2,2]',
    ),
  'a nested model': ({ model }, layers) => layers.some(({ layer }) => !model.layers.includes(layer)),
  'a shared layer': (_, layers) => layers.some(({ call }) => call > 0),
  'a later call of a shared layer as the target': ({ target }) => target.layerCall.call > 0,
  'the first of several calls as the target': ({ target, graph }) =>
    target.layerCall.call === 0 &&
    graph.calls.some(({ layer, call }) => layer === target.layerCall.layer && call > 0),
  'several outputs': ({ graph }) => graph.outputs.length > 1,
  'several inputs': ({ graph }) => graph.inputs.length > 1,
  'signed activations': ({ activation }) => activation.some((value) => value < 0),
  'activations that are never negative': ({ activation }) => activation.every((value) => value >= 0),
  'a softmax output': ({ extracted: { tail } }) => tail.scoreFunction === 'softmax',
  'one sigmoid unit': (random) => sigmoidUnits(random) === 1,
  'several sigmoid units': (random) => sigmoidUnits(random) > 1,
  'a linear output': ({ extracted: { tail } }) => tail.scoreFunction === 'linear',
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
  'a layer without a rule': ({ plan }) =>
    plan.kind === 'steps' && plan.variantSteps.some(({ kind }) => kind === 'fallback'),
};

/** Everything that is counted. */
export const FACTS: readonly string[] = [
  ...LAYERS,
  ...TARGETS.map((name) => `target ${name}`),
  ...ACTIVATIONS.map((name) => `activation ${name}`),
  ...Object.keys(PROPERTIES),
];

/** Returns what is true of a case. */
export function factsOf(random: RandomCase): ReadonlySet<string> {
  const { graph, target, extracted } = random;
  const layers = callsBehind(graph, target.tensor, extracted.logits);
  const activations = extracted.tail.nodes.flatMap(({ operation }) => {
    if (operation.kind === 'softmax') return ['softmax'];
    return operation.kind === 'activation' ? [operation.function] : [];
  });
  return new Set([
    ...layers.map(({ layer }) => layer.getClassName()),
    `target ${target.layerCall.layer.getClassName()}`,
    ...activations.map((name) => `activation ${name}`),
    ...Object.keys(PROPERTIES).filter((name) => PROPERTIES[name]?.(random, layers)),
  ]);
}

/** The calls on paths from one tensor to another. */
function callsBehind(graph: LayerGraph, from: TensorId, to: TensorId): LayerCall[] {
  const reached = new Set([from]);
  const behind = graph.calls.filter(({ inputs, outputs }) => {
    if (outputs.includes(from) || !inputs.some((id) => reached.has(id))) return false;
    for (const id of outputs) reached.add(id);
    return true;
  });
  const leading = new Set([to]);
  return behind.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((id) => leading.has(id))) return false;
    for (const id of inputs) leading.add(id);
    return true;
  });
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
function sigmoidUnits({ graph, target, extracted: { tail } }: RandomCase): number {
  return tail.scoreFunction === 'sigmoid' ? (graph.tensors[target.output.logits]?.shape.at(-1) ?? 0) : 0;
}

function isConfident({ extracted: { tail }, logits }: RandomCase, name: string): boolean {
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
