import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, seededRandom, type SeededRandom } from '@ablation-cam/tools/testing';
import {
  cut,
  onnxRuntimeNetworkAblation,
  planSteps,
  referenceExecutor,
  type AblationInput,
  type ClassSelection,
  type Graph,
  type GraphNode,
  type NetworkAblationInput,
  type NetworkAblationOutput,
  type NodeId,
  type ScoreFunction,
} from '../src/index.ts';

const INPUTS = 2;
const INPUT = [6, 5, 3] as const;
const TARGET: NodeId = 2;

/** Logits are float32, and what falls of them. */
const WEIGHTS = { ofLargest: 2e-5, absolute: 1e-7 };

const test = suite('networks and plans as one program');

interface Sizes {
  readonly channels: number;
  readonly hidden: readonly number[];
  readonly classes: number;
  readonly scoreFunction: ScoreFunction;
  /** Of the last layer's weights. */
  readonly gain?: number;
}

/** A convolution with ReLU, the target; a global average, dense layers with ReLU and the classes. */
function network(random: SeededRandom, { channels, hidden, classes, scoreFunction, gain = 3 }: Sizes): Graph {
  const weights = (inputs: number, outputs: number, factor: number): Float32Array =>
    random.floats(inputs * outputs).map((value) => (factor * value) / Math.sqrt(inputs));
  const nodes: GraphNode[] = [{ name: 'input', operation: { kind: 'input' }, inputs: [], shape: [...INPUT] }];
  const add = (operation: GraphNode['operation'], shape: readonly number[]): void => {
    nodes.push({ name: operation.kind, operation, inputs: [nodes.length - 1], shape });
  };
  const [rows, columns, depth] = INPUT;
  const convolution: GraphNode['operation'] = {
    kind: 'convolution',
    ...{ filters: channels, kernel: weights(9 * depth, channels, 2), bias: null },
    ...{ window: [3, 3], strides: [1, 1], dilation: [1, 1], padBefore: [1, 1] },
  };
  add(convolution, [rows, columns, channels]);
  add({ kind: 'activation', function: 'relu' }, [rows, columns, channels]);
  add({ kind: 'global-pool', reduction: 'average' }, [channels]);
  let units = channels;
  for (const next of hidden) {
    const kernel = weights(units, next, 2);
    add({ kind: 'dense', units: next, kernel, bias: random.floats(next) }, [next]);
    add({ kind: 'activation', function: 'relu' }, [next]);
    units = next;
  }
  const kernel = weights(units, classes, gain);
  add({ kind: 'dense', units: classes, kernel, bias: random.floats(classes) }, [classes]);
  const logits = nodes.length - 1;
  return { nodes, inputs: [0], outputs: [{ name: 'classes', node: logits, logits, scoreFunction }] };
}

/** Runs a network from its input on, and the plan in float64 on the activation that came of it. */
async function compare(
  graph: Graph,
  random: SeededRandom,
  options: Pick<AblationInput, 'score' | 'weighting'> & { readonly classes: ClassSelection },
): Promise<NetworkAblationOutput> {
  const behind = cut(graph, TARGET, graph.outputs[0]!);
  const plan = planSteps(behind.tail);
  const prepared = await onnxRuntimeNetworkAblation(graph, behind, plan, () => Promise.resolve(), {
    threads: 1,
  });
  const size = INPUT.reduce((product, length) => product * length, 1);
  const wanted: NetworkAblationInput = {
    ...options,
    inputs: INPUTS,
    norm: 2,
    feeds: new Map([[0, random.floats(INPUTS * size)]]),
    ablation: { kind: 'values', values: random.floats(plan.channels) },
  };
  try {
    const own = await prepared.run(wanted);
    const { activation, logits } = await prepared.run({ ...wanted, ablatedScores: true });
    assert.ok(activation, 'those who want all scores get the activation as well');
    const { feeds: _, ...rest } = wanted;
    const reference = await referenceExecutor().prepare(plan);
    const exact = await reference.run({ ...rest, activation, logits });
    assert.equal(own.classIndices, exact.classIndices);
    assert.equal(own.logits, logits);
    const maps = exact.classIndices.length;
    for (const name of ['weights', 'mapSigned', 'map'] as const) {
      const length = exact[name].length / maps;
      for (let m = 0; m < maps; m++) {
        const of = (values: Float32Array): Float32Array => values.subarray(m * length, (m + 1) * length);
        assertClose(of(own[name]), of(exact[name]), WEIGHTS, `${name} ${m}`);
      }
    }
    return own;
  } finally {
    prepared.dispose();
  }
}

const small = { channels: 7, hidden: [], classes: 4 } as const;

for (const scoreFunction of ['softmax', 'sigmoid', 'linear'] as const) {
  test(`what ONNX Runtime weighs by itself is exact: ${scoreFunction}`, async () => {
    for (const hidden of [[], [6]]) {
      for (const score of ['probability', 'logit'] as const) {
        for (const classes of ['predicted', [3], [0]] as const) {
          const random = seededRandom(11);
          const graph = network(random, { ...small, hidden, scoreFunction });
          const own = await compare(graph, random, { score, weighting: 'relative-drop', classes });
          assert.is(own.activation, null, 'the activation stays where it is');
        }
      }
    }
  });
}

test('a single logit is weighed as two classes', async () => {
  for (const classes of [[0], [1], 'predicted'] as const) {
    const random = seededRandom(12);
    const graph = network(random, { ...small, classes: 1, scoreFunction: 'sigmoid' });
    await compare(graph, random, { score: 'probability', weighting: 'relative-drop', classes });
  }
});

test('what is asked for besides is made of the falls of the logits', async () => {
  for (const options of [
    { score: 'probability', weighting: 'slope', classes: 'predicted' },
    { score: 'probability', weighting: 'relative-drop', classes: 'all' },
    { score: 'logit', weighting: 'slope', classes: { topK: 2 } },
  ] as const) {
    const random = seededRandom(13);
    const own = await compare(network(random, { ...small, scoreFunction: 'softmax' }), random, options);
    assert.ok(own.activation);
  }
});

test('exponentials beyond float64 are left to the arithmetic that knows them', async () => {
  const random = seededRandom(14);
  const graph = network(random, { ...small, scoreFunction: 'softmax', gain: 4000 });
  const own = await compare(graph, random, {
    score: 'probability',
    weighting: 'relative-drop',
    classes: 'predicted',
  });
  assert.ok(own.activation, 'no number of its own was finite');
  assert.ok(own.weights.every(Number.isFinite));
});

test('units that are off in all variants may be left out of large dense layers', async () => {
  const random = seededRandom(15);
  const graph = network(random, {
    channels: 260,
    hidden: [1024, 1024],
    classes: 5,
    scoreFunction: 'softmax',
  });
  await compare(graph, random, { score: 'probability', weighting: 'relative-drop', classes: 'predicted' });
});

test('a class that does not exist is refused', async () => {
  const random = seededRandom(16);
  const graph = network(random, { ...small, scoreFunction: 'softmax' });
  const options = { score: 'probability', weighting: 'relative-drop' } as const;
  let message = '';
  try {
    await compare(graph, random, { ...options, classes: [4] });
  } catch (error) {
    message = error instanceof Error ? error.message : '';
  }
  assert.is(message, 'Class 4 is out of range: the network has classes 0 to 3.');
});

test.run();
