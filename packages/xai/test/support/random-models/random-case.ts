import * as tf from '@tensorflow/tfjs';
import { seededRandom, type SeededRandom } from '@ablation-cam/tools/testing';
import {
  bytesPerInput,
  bytesPerVariant,
  cut,
  planTail,
  sizeOf,
  type AblationValue,
  type Cut,
  type GraphOutput,
  type NodeId,
  type Plan,
  type Tail,
} from '@ablation-cam/kernels';
import {
  layerCandidates,
  networkOf,
  resolveTarget,
  type Layered,
  type SizedLayer,
  type SizedNetwork,
  type TargetLayer,
} from '@ablation-cam/model';
import { feedsOf } from '../../../src/forward/pass-inputs.ts';
import { classLogits } from '../../../src/forward/forward-pass.ts';
import { randomModel } from './random-model.ts';

/** A random model, a random tensor of it as the target, inputs, and what the forward pass gives for them. */
export interface RandomCase {
  readonly seed: number;
  readonly model: tf.LayersModel;
  readonly network: SizedNetwork;
  readonly target: SizedLayer;
  readonly output: GraphOutput;
  readonly behind: Cut;
  readonly plan: Plan;
  readonly inputs: number;
  /** The network's inputs, `[inputs, ...shape]` each. */
  readonly feeds: ReadonlyMap<NodeId, Float32Array>;
  /** `[inputs, ...positions, channels]` */
  readonly activation: Float32Array;
  /** `[inputs, classes]`, as the network computes them in float32 */
  readonly logits: Float32Array;
  /** `[inputs, ...shape]` for each constant of the tail */
  readonly constants: ReadonlyMap<number, Float32Array>;
  readonly ablation: AblationValue;
  readonly score: 'probability' | 'logit';
}

/** More channels than that come of reshaping and joining, and would only cost time. */
const MOST_CHANNELS = 65;

/** One model in so many has layers that only TensorFlow.js itself computes: its oracle is slow. */
const OWN_LAYERS_EVERY = 12;

/** Returns the case of a seed; the caller disposes of its model. */
export async function randomCase(seed: number): Promise<RandomCase> {
  const random = seededRandom(seed);
  const model = randomModel(random, seed % OWN_LAYERS_EVERY === OWN_LAYERS_EVERY - 1);
  const network = await (await networkOf(model)).at();
  const { layer: target, output: index } = randomTarget(network, random);
  const output = network.graph.outputs[index];
  if (!output) throw new RangeError(`The network has no output ${String(index)}.`);
  const behind = cut(network.graph, target.node, output);
  const plan = randomPlan(behind.tail, random);
  const inputs = random.pick([1, 1, 2]);
  const channels = target.shape.at(-1) ?? 1;
  const ablation = random.pick<AblationValue>([
    { kind: 'values', values: new Float32Array(channels) },
    { kind: 'values', values: random.floats(channels) },
    { kind: 'channel-mean' },
  ]);
  const score = random.pick(['probability', 'probability', 'logit'] as const);
  return {
    ...{ seed, model, network, target, output, behind, plan, inputs, ablation, score },
    ...(await forward(network, behind, random, inputs)),
  };
}

/** Now and then the network's input itself. */
const INPUT_AS_TARGET = 0.04;

/** Any tensor with positions and channels on a path to an output; of a shared layer any of its calls. */
function randomTarget(
  { network, layers, graph }: SizedNetwork,
  random: SeededRandom,
): TargetLayer<SizedLayer> {
  const layered: Layered<SizedLayer> = { outputs: network.outputs, layers };
  const output = random.pick(network.outputs).name;
  const candidates = layerCandidates(layered, output).flatMap(({ name, shape, calls }) =>
    (shape.at(-1) ?? 1) > MOST_CHANNELS
      ? []
      : Array.from({ length: calls }, (_, index) => ({ layer: name, call: index })),
  );
  const target = resolveTarget(layered, { ...random.pick(candidates), output });
  const [input = -1] = graph.inputs;
  const { name = '', shape = [] } = graph.nodes[input] ?? {};
  if (random.uniform() >= INPUT_AS_TARGET || shape.length < 2) return target;
  return {
    ...target,
    layer: { ...target.layer, name, ownName: name, type: 'InputLayer', call: 0, node: input, shape },
  };
}

/** In a quarter of the cases the variants of an input do not fit into the memory together. */
function randomPlan(tail: Tail, random: SeededRandom): Plan {
  const plan = planTail(tail);
  if (random.uniform() < 0.75 || plan.kind !== 'steps') return plan;
  // What the executor on TensorFlow.js writes down of a variant besides the plan's values.
  const unfused = 12 * Math.max(...tail.nodes.map(({ shape }) => sizeOf(shape)));
  const variants = Math.ceil(plan.channels / 3);
  const budgetBytes = bytesPerInput(plan, plan.classes) + variants * bytesPerVariant(plan) + unfused;
  return planTail(tail, { budgetBytes });
}

async function forward(
  network: SizedNetwork,
  { tail, nodes, target, logits }: Cut,
  random: SeededRandom,
  inputs: number,
): Promise<Pick<RandomCase, 'feeds' | 'activation' | 'logits' | 'constants'>> {
  const constants = tail.nodes.flatMap(({ operation }, node) =>
    operation.kind === 'constant' ? [node] : [],
  );
  const shapeOf = (id: NodeId): number[] => [inputs, ...(network.graph.nodes[id]?.shape ?? [])];
  const feeds = new Map(
    network.graph.inputs.map((id) => [id, random.floats(shapeOf(id).reduce((a, b) => a * b, 1))]),
  );
  const fetched = tf.tidy(() => {
    const given = [...feeds].map(([id, values]) => tf.tensor(values, shapeOf(id)));
    const ids = constants.map((node) => nodes[node] ?? -1);
    const [a, z, ...rest] = network.run(feedsOf(network, given), [target, logits, ...ids] as const);
    return [a, classLogits(z, tail.nodes[tail.output]?.shape[0] ?? 0), ...rest];
  });
  const [activation, scores, ...others] = await Promise.all(
    fetched.map((tensor) => tensor.data<'float32'>()),
  );
  tf.dispose(fetched);
  return {
    feeds,
    activation: activation ?? new Float32Array(),
    logits: scores ?? new Float32Array(),
    constants: new Map(constants.map((node, i) => [node, others[i] ?? new Float32Array()])),
  };
}

/** The network node by node, with what each is configured to do: printed where a case fails. */
export function describeCase({ seed, network, target, output, inputs, ablation, score }: RandomCase): string {
  const nodes = network.graph.nodes.map(
    ({ name, operation, inputs: read, shape }, id) =>
      `  ${String(id)} [${shape.join(', ')}] <- ${operation.kind} "${name}" (${read.join(', ')}) ` +
      JSON.stringify(essential(operation)),
  );
  return [
    `seed ${String(seed)}: target "${target.name}" call ${String(target.call)}, node ${String(target.node)} ` +
      `[${target.shape.join(', ')}], output "${output.name}" (${output.scoreFunction}), ${String(inputs)} input(s), ` +
      `ablation ${ablation.kind === 'values' ? `values ${ablation.values.some(Boolean) ? 'drawn' : 'zero'}` : ablation.kind}, ` +
      `score ${score}`,
    ...nodes,
  ].join('\n');
}

/** What an operation says besides its weights. */
function essential(operation: object): object {
  return Object.fromEntries(
    Object.entries(operation).filter(
      ([key, value]: [string, unknown]) => key !== 'kind' && value !== null && !ArrayBuffer.isView(value),
    ),
  );
}
