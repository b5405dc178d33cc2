import * as tf from '@tensorflow/tfjs';
import { type Cut, type Tail } from '@ablation-cam/kernels';
import { evaluateTail } from '@ablation-cam/kernels/lowering';
import { assertClose, type SeededRandom } from '@ablation-cam/tools/testing';
import type { TargetSelection } from '../../src/index.ts';
import { cutModel } from './cut-model.ts';

/**
 * Both sides compute the same in another order, TensorFlow.js in float32: some ten roundings of 6e-8 in each of a few
 * layers, relative to the largest value.
 */
const FLOAT32 = { absolute: 2e-6, ofLargest: 1e-5 };

const BATCH = 2;

export interface CheckedTail extends Cut {
  /** What each node computes, in order. */
  readonly kinds: readonly string[];
}

/**
 * Checks, for seeded inputs, that
 * - the tail evaluated in float64 gives the scores of `model.predict` and the logits of the graph, and
 * - replacing one channel of the target changes both alike;
 * and that no tensor is left over.
 */
export async function checkTail(
  model: tf.LayersModel,
  random: SeededRandom,
  selection: TargetSelection = {},
  inputShapes?: number[][],
): Promise<CheckedTail> {
  const tensorsBefore = tf.memory().numTensors;
  const { network, output: graphOutput, outputIndex, cut } = await cutModel(model, selection, inputShapes);
  const { graph } = network;
  const { tail, constants, logits } = cut;

  const inputs = graph.inputs.map((id) => {
    const shape = [BATCH, ...(graph.nodes[id]?.shape ?? [])];
    return tf.tensor(random.floats(shape.reduce((product, size) => product * size, 1)), shape);
  });
  const feeds = new Map(graph.inputs.map((id, i) => [id, inputs[i]!]));
  const [activation, inputLogits, output, ...fixed] = network.run(feeds, [
    cut.target,
    logits,
    graphOutput.node,
    ...constants,
  ]);
  const predicted = model.predict(inputs);
  const predictions = Array.isArray(predicted) ? predicted : [predicted];
  const prediction = predictions[outputIndex];
  if (!prediction) throw new Error('The model did not predict the output.');

  const constantNodes = tail.nodes.flatMap(({ operation }, i) => (operation.kind === 'constant' ? [i] : []));
  const constantValues = constantNodes.map((node, i) => [node, toFloat64(fixed[i]!)] as const);
  const evaluate = (values: tf.Tensor): Float64Array[] =>
    evaluateTail(tail, new Map([[tail.target, toFloat64(values)], ...constantValues]), BATCH);

  const nodes = evaluate(activation);
  assertClose(output.dataSync(), prediction.dataSync(), { absolute: 1e-7 }, 'graph against predict');
  assertClose(classScores(tail, nodes), predictedScores(prediction, tail), FLOAT32, 'scores');
  assertClose(oneLogit(tail, nodes, inputLogits), inputLogits.dataSync(), FLOAT32, 'logits');

  // Each node that layers yield has their value; inside a layer there is no way in.
  const yielded = new Set(network.layers.map(({ node }) => node));
  cut.nodes.forEach((id, node) => {
    if (id === null || !yielded.has(id) || nodes[node]?.length === 0) return;
    const [value] = network.run(feeds, [id]);
    const size = nodes[node]?.length ?? 0;
    if (value.size === size)
      assertClose(nodes[node] ?? [], value.dataSync(), FLOAT32, `node ${String(node)}`);
    value.dispose();
  });

  const channels = activation.shape.at(-1) ?? 0;
  for (const channel of new Set([0, channels - 1])) {
    const masked = withoutChannel(activation, channel);
    const tailFeeds = new Map([[cut.target, masked], ...constants.map((id, i) => [id, fixed[i]!] as const)]);
    const [maskedLogits] = network.run(tailFeeds, [logits]);
    const what = `logits without channel ${String(channel)}`;
    assertClose(oneLogit(tail, evaluate(masked), maskedLogits), maskedLogits.dataSync(), FLOAT32, what);
    tf.dispose([masked, maskedLogits]);
  }

  tf.dispose([activation, inputLogits, output, ...fixed, ...predictions, ...inputs]);
  const left = tf.memory().numTensors - tensorsBefore;
  if (left !== 0) throw new Error(`${String(left)} tensors are left over`);
  return { ...cut, kinds: tail.nodes.map(({ operation }) => operation.kind) };
}

/** Random values in place of one channel: a stronger test than zeros, which hide a wrong sign or an absolute value. */
function withoutChannel(activation: tf.Tensor, channel: number): tf.Tensor {
  const channels = activation.shape.at(-1) ?? 0;
  const values = activation.dataSync().slice();
  for (let i = channel; i < values.length; i += channels) values[i] = 0.3 - 2 * (values[i] ?? 0);
  return tf.tensor(values, activation.shape);
}

function toFloat64(tensor: tf.Tensor): Float64Array {
  return Float64Array.from(tensor.dataSync());
}

/** A network with one sigmoid unit has one logit in the graph, the second of the tail's two. */
function oneLogit(tail: Tail, nodes: readonly Float64Array[], logits: tf.Tensor): Float64Array {
  const values = nodes[tail.output] ?? new Float64Array();
  return values.length === 2 * logits.size ? values.filter((_, i) => i % 2 === 1) : values;
}

function classScores(tail: Tail, nodes: readonly Float64Array[]): Float64Array {
  const logits = nodes[tail.output] ?? new Float64Array();
  const classes = logits.length / BATCH;
  if (tail.scoreFunction === 'linear') return logits;
  if (tail.scoreFunction === 'sigmoid') return logits.map((z) => 1 / (1 + Math.exp(-z)));
  const scores = logits.map((z) => Math.exp(z));
  return scores.map((score, i) => {
    const first = Math.floor(i / classes) * classes;
    return score / scores.subarray(first, first + classes).reduce((sum, value) => sum + value, 0);
  });
}

/** The model's own output as scores of classes: p of a single sigmoid unit as (1 - p, p). */
function predictedScores(prediction: tf.Tensor, tail: Tail): number[] {
  const values = [...prediction.dataSync()];
  const classes = tail.nodes[tail.output]?.shape[0] ?? 0;
  return prediction.size * 2 === classes * BATCH ? values.flatMap((p) => [1 - p, p]) : values;
}
