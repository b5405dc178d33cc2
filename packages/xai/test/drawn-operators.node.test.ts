import * as tf from '@tensorflow/tfjs';
import {
  cut,
  onnxRuntimeExecutor,
  planTail,
  referenceExecutor,
  requestDevice,
  webGpuExecutor,
  type Executor,
} from '@ablation-cam/kernels';
import { ModelSession } from '@ablation-cam/kernels/sessions';
import { loadModel, networkOf, useBackend, type Network } from '@ablation-cam/model';
import { GraphModelBuilder, graphModelDraws, onnxDraws } from '@ablation-cam/model/testing';
import { assertClose, deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import * as assert from 'uvu/assert';
import { tfjsExecutor } from '../src/executors/tfjs/tfjs-executor.ts';
import { takeTurns } from '../src/runtime/turn.ts';

/** Operators in one network, beside each other: a plan for each of them would take minutes. */
const IN_ONE = 10;

/** The version of ONNX's operators that has the most of them. */
const OPSET = 21;

/** What single precision may leave of a fall, in units of the largest of its class: the tolerance of the project. */
const FALLS = 1e-4;

/** Falls are differences of logits in single precision, in units of the largest of which each keeps some roundings. */
const ROUNDED = 2e-6;

const test = await deviceSuite('every operator behind the target, on every executor', () => requestDevice());

/** A network whose logits are all that the operators make of the target, one operator after the other. */
interface DrawnNetwork {
  readonly network: Network;
  /** The values of the target, its channels last, and so many of them. */
  readonly activation: Float32Array;
  readonly channels: number;
  /** What the format's own library makes of a target. */
  readonly logitsOf: (activation: Float32Array) => Promise<Float32Array>;
  readonly dispose: () => void;
}

/** The network begins with a node that does nothing to its input: what is fed is the target's value, or a masked one. */
async function drawOnnx(types: readonly string[], seed: number, opset: number): Promise<DrawnNetwork> {
  const builder = new OnnxBuilder(seededRandom(seed), opset);
  const x = onnxDraws.drawnInput(builder, 2);
  // Says as well that channels are first.
  const window = x.dims.slice(2).map(() => 1);
  const name = builder.node('MaxPool', [x.name], { kernel_shape: window }, { name: 'target' });
  const ends = types.map((type) =>
    builder.node('Reshape', [onnxDraws.drawn(type, builder, { ...x, name }), builder.ints([1, -1])]),
  );
  builder.output(builder.node('Concat', ends, { axis: 1 }, { name: 'logits' }));
  const bytes = builder.bytes();
  const session = await ModelSession.create(bytes);
  const { network, dispose } = await loadModel([{ name: 'net.onnx', bytes }]);
  const [, channels = 1, ...positions] = x.dims;
  const places = positions.reduce((product, length) => product * length, 1);
  return {
    network,
    channels,
    activation: builder.random.floats(channels * places),
    logitsOf: async (activation) => {
      const data = Float32Array.from(
        activation,
        (_, i) => activation[(i % places) * channels + Math.floor(i / places)]!,
      );
      const found = await session.run(new Map([[x.name, { type: 'float32', data, dims: x.dims }]]));
      return found.get('logits_output_0') ?? new Float32Array();
    },
    dispose: () => {
      session.dispose();
      dispose();
    },
  };
}

async function drawGraphModel(ops: readonly string[], seed: number): Promise<DrawnNetwork> {
  const builder = new GraphModelBuilder(seededRandom(seed));
  const x = graphModelDraws.drawnInput(builder, 2);
  const zeros = builder.floats([x.dims.at(-1) ?? 1], new Float32Array(x.dims.at(-1) ?? 1));
  const name = builder.node('BiasAdd', [x.name, zeros], { data_format: 'NHWC' }, 'target');
  const ends = ops.map((op) =>
    builder.node('Reshape', [graphModelDraws.drawn(op, builder, { ...x, name }), builder.ints([1, -1])]),
  );
  builder.output(builder.node('ConcatV2', [...ends, builder.int(1)], { N: ends.length }));
  const model = await builder.load();
  return {
    network: await networkOf(model),
    channels: x.dims.at(-1) ?? 1,
    activation: builder.random.floats(x.dims.reduce((product, length) => product * length, 1)),
    logitsOf: async (activation) => {
      const input = tf.tensor(activation, [...x.dims]);
      const output = model.predict(input) as tf.Tensor;
      const logits = await output.data<'float32'>();
      tf.dispose([input, output]);
      return logits;
    },
    dispose: () => {
      model.dispose();
    },
  };
}

/** Holds the fall of every logit without each channel against a loop of the library over the masked target. */
async function checkFalls(drawn: DrawnNetwork, executors: readonly Executor[]): Promise<void> {
  const { network, activation, channels, logitsOf } = drawn;
  const { graph, layers } = await network.at();
  const [output] = graph.outputs;
  const target = layers.find(({ name }) => name === 'target');
  if (!output || !target) throw new Error('There is no output, or no target.');
  const { tail } = cut(graph, target.node, output);
  const plan = planTail(tail);
  assert.ok(
    plan.kind !== 'steps' || plan.variantSteps.every(({ kind }) => kind !== 'fallback'),
    'all is planned',
  );
  // The WASM backend lets cells of padding count in one of the oracles.
  await useBackend('cpu');
  const logits = await logitsOf(activation);
  const expected: Float32Array[] = [];
  for (let k = 0; k < channels; k++) {
    const without = await logitsOf(activation.map((value, i) => (i % channels === k ? 0 : value)));
    expected.push(logits.map((logit, c) => logit - (without[c] ?? NaN)));
  }
  await useBackend('wasm');
  const largest = logits.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1);
  for (const executor of executors) {
    const prepared = await executor.prepare(plan);
    const { ablatedScores } = await prepared.run({
      ...{ inputs: 1, activation, logits, norm: 2, classes: [0], score: 'logit', weighting: 'slope' },
      ablation: { kind: 'values', values: new Float32Array(channels) },
      ablatedScores: true,
    });
    prepared.dispose();
    logits.forEach((logit, c) => {
      assertClose(
        expected.map((_, k) => logit - (ablatedScores?.[k * logits.length + c] ?? NaN)),
        expected.map((falls) => falls[c] ?? NaN),
        { ofLargest: FALLS, absolute: ROUNDED * largest },
        `${executor.name}, logit ${String(c)} of ${String(logits.length)}`,
      );
    });
  }
}

function inParts(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / IN_ONE) }, (_, i) =>
    names.slice(i * IN_ONE, (i + 1) * IN_ONE),
  );
}

const ofOnnx = Object.keys(onnxDraws.onnxDraws);
const isCommon = (type: string): boolean => onnxDraws.opsetsOf(type).includes(OPSET);
const others = ofOnnx.filter((type) => !isCommon(type));

const groups = [
  ...inParts(ofOnnx.filter(isCommon)).map((types) => ({ format: 'ONNX', types, opset: OPSET })),
  ...others.map((type) => ({ format: 'ONNX', types: [type], opset: onnxDraws.opsetsOf(type).at(-1) ?? 0 })),
  ...inParts(Object.keys(graphModelDraws.graphModelDraws)).map((types) => ({
    format: 'GraphModel',
    types,
    opset: 0,
  })),
];

for (const [seed, { format, types, opset }] of groups.entries()) {
  test(`${format}: ${types.join(', ')}`, async ({ device }) => {
    const executors = [
      referenceExecutor(),
      tfjsExecutor(),
      onnxRuntimeExecutor(takeTurns, { threads: 1 }),
      webGpuExecutor(device),
    ];
    const drawn = await (format === 'ONNX' ? drawOnnx(types, seed, opset) : drawGraphModel(types, seed));
    try {
      await checkFalls(drawn, executors);
    } finally {
      drawn.dispose();
    }
  });
}

test.run();
