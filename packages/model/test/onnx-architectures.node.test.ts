import { cut, planTail, referenceExecutor, type Graph, type NodeId } from '@ablation-cam/kernels';
import { evaluateTail } from '@ablation-cam/kernels/lowering';
import { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { architectures } from './support/onnx/architectures.ts';
import { checkOnnx } from './support/onnx/check-onnx.ts';
import { evaluateGraph } from './support/evaluate-nodes.ts';
import { TorchLayers } from './support/onnx/torch-layers.ts';

/** Ten layers of float32, each some roundings of 6e-8 of its largest value. */
const SINGLE_PRECISION = { absolute: 1e-5, ofLargest: 1e-5 };

const test = suite('architectures as PyTorch exports them, against ONNX Runtime');

for (const [name, { input, write, target }] of Object.entries(architectures)) {
  test(`${name}: every operator is known, and the plan gives what one evaluation a channel gives`, async () => {
    const builder = new OnnxBuilder(seededRandom(name.length), 14);
    const layers = new TorchLayers(builder, input.length === 3 ? 1 : 2);
    const [, channels = 1, ...positions] = input;
    const logits = write(layers, layers.input('input', channels, ...positions));
    builder.output(logits, ['batch', 5]);
    const { kinds, graph, results } = await checkOnnx(builder, [input], SINGLE_PRECISION);
    // Channels are last for good; only a shuffle moves anything.
    assert.is(kinds.filter((kind) => kind === 'permute').length, name === 'ShuffleNet' ? 2 : 0);
    const from = results.find((result) => result.from.name === target)?.tensor.node ?? -1;
    await checkPlan(graph, from);
  });
}

/** Explains an input at a node, with the plan in float64. */
async function checkPlan(graph: Graph, target: NodeId): Promise<void> {
  const [output] = graph.outputs;
  if (!output) throw new Error('There is no output.');
  const behind = cut(graph, target, output);
  const { tail } = behind;
  const plan = planTail(tail);
  assert.is(plan.kind === 'steps' && plan.variantSteps.some(({ kind }) => kind === 'fallback'), false);

  const sizes = graph.inputs.map((id) =>
    (graph.nodes[id]?.shape ?? []).reduce((size, length) => size * length, 1),
  );
  const values = evaluateGraph(
    graph,
    sizes.map((size) => Float64Array.from(seededRandom(size).floats(size))),
  );
  const given = new Map(
    behind.nodes.flatMap((id, node) => (id === null ? [] : [[node, Float32Array.from(values[id] ?? [])]])),
  );
  const activation = given.get(tail.target) ?? new Float32Array();
  const channels = tail.nodes[tail.target]?.shape.at(-1) ?? 1;
  const constants = new Map([...given].filter(([node]) => tail.nodes[node]?.operation.kind === 'constant'));
  const logitsWith = (map: Float32Array): Float64Array => {
    const start = new Map([...constants, [tail.target, map] as const]);
    const exact = new Map([...start].map(([node, own]) => [node, Float64Array.from(own)]));
    return evaluateTail(tail, exact)[tail.output] ?? new Float64Array();
  };
  const expected = Array.from({ length: channels }, (_, k) => [
    ...logitsWith(activation.map((value, i) => (i % channels === k ? 0 : value))),
  ]).flat();

  const prepared = await referenceExecutor().prepare(plan);
  const { ablatedScores } = await prepared.run({
    ...{ inputs: 1, activation, constants, norm: 2, classes: 'all', score: 'logit', weighting: 'slope' },
    logits: Float32Array.from(logitsWith(activation)),
    ablation: { kind: 'values', values: new Float32Array(channels) },
    ablatedScores: true,
  });
  prepared.dispose();
  assertClose(ablatedScores ?? [], expected, SINGLE_PRECISION, 'logits without each channel');
}

test.run();
