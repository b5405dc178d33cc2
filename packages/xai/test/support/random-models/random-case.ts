import * as tf from '@tensorflow/tfjs';
import { seededRandom, type SeededRandom } from '@ablation-cam/tools/testing';
import {
  bytesPerInput,
  bytesPerVariant,
  planTail,
  sizeOf,
  type AblationValue,
  type Plan,
  type Tail,
} from '@ablation-cam/kernels';
import {
  extractTail,
  layerCandidates,
  layerGraph,
  resolveTarget,
  runLayerGraph,
  type ExtractedTail,
  type LayerGraph,
  type TargetLayer,
} from '@ablation-cam/model';
import { classLogits } from '../../../src/forward/forward-pass.ts';
import { randomModel } from './random-model.ts';

/** A random model, a random tensor of it as the target, inputs, and what the forward pass gives for them. */
export interface RandomCase {
  readonly seed: number;
  readonly model: tf.LayersModel;
  readonly graph: LayerGraph;
  readonly target: TargetLayer;
  readonly extracted: ExtractedTail;
  readonly plan: Plan;
  readonly inputs: number;
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

/** Returns the case of a seed; the caller disposes of its model. */
export async function randomCase(seed: number): Promise<RandomCase> {
  const random = seededRandom(seed);
  const model = randomModel(random);
  const graph = layerGraph(model);
  const target = randomTarget(graph, random);
  const extracted = await extractTail(graph, target.tensor, target.output.name);
  const plan = randomPlan(extracted.tail, random);
  const inputs = random.pick([1, 1, 2]);
  const channels = target.shape.at(-1) ?? 1;
  const ablation = random.pick<AblationValue>([
    { kind: 'values', values: new Float32Array(channels) },
    { kind: 'values', values: random.floats(channels) },
    { kind: 'channel-mean' },
  ]);
  const score = random.pick(['probability', 'probability', 'logit'] as const);
  return {
    ...{ seed, model, graph, target, extracted, plan, inputs, ablation, score },
    ...(await forward(graph, extracted, random, inputs)),
  };
}

/** Any tensor with positions and channels on a path to an output; of a shared layer any of its calls. */
function randomTarget(graph: LayerGraph, random: SeededRandom): TargetLayer {
  const output = random.pick(graph.outputs).name;
  const candidates = layerCandidates(graph, output).flatMap(({ name, shape, calls }) =>
    (shape.at(-1) ?? 1) > MOST_CHANNELS
      ? []
      : Array.from({ length: calls }, (_, index) => ({ layer: name, call: index })),
  );
  return resolveTarget(graph, { ...random.pick(candidates), output });
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
  graph: LayerGraph,
  { tail, tensors, target, logits }: ExtractedTail,
  random: SeededRandom,
  inputs: number,
): Promise<Pick<RandomCase, 'activation' | 'logits' | 'constants'>> {
  const constants = tail.nodes.flatMap(({ operation }, node) =>
    operation.kind === 'constant' ? [node] : [],
  );
  const fetched = tf.tidy(() => {
    const feeds = graph.inputs.map((id) => {
      const shape = [inputs, ...(graph.tensors[id]?.shape ?? [])].map((size) => size ?? 1);
      return [id, tf.tensor(random.floats(shape.reduce((a, b) => a * b, 1)), shape)] as const;
    });
    const ids = constants.map((node) => tensors[node] ?? -1);
    const [a, z, ...rest] = runLayerGraph(graph, new Map(feeds), [target, logits, ...ids] as const);
    return [a, classLogits(z, tail.nodes[tail.output]?.shape[0] ?? 0), ...rest];
  });
  const [activation, scores, ...others] = await Promise.all(
    fetched.map((tensor) => tensor.data<'float32'>()),
  );
  tf.dispose(fetched);
  return {
    activation: activation ?? new Float32Array(),
    logits: scores ?? new Float32Array(),
    constants: new Map(constants.map((node, i) => [node, others[i] ?? new Float32Array()])),
  };
}

/** The model call by call, with what each is configured to do: printed where a case fails. */
export function describeCase({
  seed,
  graph,
  target,
  extracted,
  inputs,
  ablation,
  score,
}: RandomCase): string {
  const { layerCall, shape, output } = target;
  const calls = graph.calls.map(({ name, layer, part, inputs: read, outputs }) => {
    const made = outputs.map((id) => `${String(id)} [${(graph.tensors[id]?.shape ?? []).join(', ')}]`);
    const config = part === 'activation' ? part : JSON.stringify(essential(layer.getConfig()));
    return `  ${made.join(', ')} <- ${layer.getClassName()} "${name}" (${read.join(', ')}) ${config}`;
  });
  return [
    `seed ${String(seed)}: target "${layerCall.name}" call ${String(layerCall.call)}, tensor ${String(target.tensor)} ` +
      `[${shape.join(', ')}], output "${output.name}" (${extracted.tail.scoreFunction}), ${String(inputs)} input(s), ` +
      `ablation ${ablation.kind === 'values' ? `values ${ablation.values.some(Boolean) ? 'drawn' : 'zero'}` : ablation.kind}, ` +
      `score ${score}`,
    ...calls,
  ].join('\n');
}

/** What a configuration says besides names and how weights are made. */
function essential(config: object): object {
  return Object.fromEntries(
    Object.entries(config).filter(
      ([key, value]) =>
        value !== null && !/nitializer|egularizer|onstraint|^(name|trainable|dtype)$/.test(key),
    ),
  );
}
