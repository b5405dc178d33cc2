import * as tf from '@tensorflow/tfjs';
import { memoryError } from '@ablation-cam/kernels';
import { ModelError } from '../errors.ts';
import { activationField, type LayerActivation } from './layer-fields.ts';
import type { LayerCall, LayerGraph, TensorId } from './layer-graph.ts';
import type { OpenShape } from '../network/network.ts';
import { describeShape } from './shapes.ts';
import { withFactorsOfOne } from './unscaled-normalization.ts';

/**
 * Returns the tensors named in `fetches`, in their order, computed from those in `feeds`; they belong to the caller.
 *
 * Feeds may be any tensors of the graph, and cut it: what lies behind them is not run. So one function gives a whole
 * forward pass with taps, and the part of it that follows a changed tensor. Only calls that some fetch needs are made,
 * as at inference, and their results are released after the last use. The model is not changed: its layers are applied
 * to tensors, which adds no connections.
 *
 * @param feeds tensors `[batch, ...shape]` of one batch size; they are not disposed
 * @throws ModelError `invalid-input` where a feed has the wrong shape, an input is missing or a layer fails; KernelsError `out-of-memory`
 */
export function runLayerGraph<const F extends readonly TensorId[]>(
  graph: LayerGraph,
  feeds: ReadonlyMap<TensorId, tf.Tensor>,
  fetches: F,
): { -readonly [K in keyof F]: tf.Tensor } {
  for (const [id, tensor] of feeds) checkFeed(graph, id, tensor);
  const route = routeOf(graph, feeds, fetches);
  const { calls } = route;
  const uses = new Map(route.uses);

  const own = new Map<TensorId, tf.Tensor>();
  const valueOf = (id: TensorId): tf.Tensor => {
    const value = feeds.get(id) ?? own.get(id);
    if (!value) throw new RangeError(`Tensor ${String(id)} of the graph is used before it is computed.`);
    return value;
  };
  const release = (id: TensorId): void => {
    const left = (uses.get(id) ?? 0) - 1;
    uses.set(id, left);
    if (left > 0) return;
    own.get(id)?.dispose();
    own.delete(id);
  };

  try {
    for (const call of calls) {
      const results = runCall(call, call.inputs.map(valueOf));
      call.outputs.forEach((id, i) => {
        const result = results[i];
        if (result && uses.has(id) && !feeds.has(id)) own.set(id, result);
        else result?.dispose();
      });
      call.inputs.forEach(release);
    }
    const fetched = fetches.map((id) => valueOf(id).clone());
    return fetched as { -readonly [K in keyof F]: tf.Tensor };
  } finally {
    tf.dispose([...own.values()]);
  }
}

/** What lies between feeds and fetches. */
interface Route {
  /** In topological order. */
  readonly calls: readonly LayerCall[];
  /** How often each tensor is read. */
  readonly uses: ReadonlyMap<TensorId, number>;
}

/** Those of a graph by feeds and fetches: few are asked for, each again and again. */
const routes = new WeakMap<LayerGraph, Map<string, Route>>();

/** Routes that are kept of a graph; beyond that it is explained at so many layers that looking them up gains nothing. */
const MOST_ROUTES = 32;

function routeOf(
  graph: LayerGraph,
  feeds: ReadonlyMap<TensorId, tf.Tensor>,
  fetches: readonly TensorId[],
): Route {
  const known = routes.get(graph) ?? new Map<string, Route>();
  routes.set(graph, known);
  const key = `${[...feeds.keys()].join()} ${fetches.join()}`;
  const found = known.get(key);
  if (found) return found;
  const calls = neededCalls(graph, feeds, fetches);
  const uses = new Map<TensorId, number>();
  for (const id of [...fetches, ...calls.flatMap(({ inputs }) => inputs)])
    uses.set(id, (uses.get(id) ?? 0) + 1);
  if (known.size >= MOST_ROUTES) known.clear();
  known.set(key, { calls, uses });
  return { calls, uses };
}

/** The calls between feeds and fetches, in topological order. */
function neededCalls(
  graph: LayerGraph,
  feeds: ReadonlyMap<TensorId, tf.Tensor>,
  fetches: readonly TensorId[],
): LayerCall[] {
  const needed = new Set<TensorId>(fetches);
  const calls = new Set<LayerCall>();
  for (const call of [...graph.calls].reverse()) {
    if (!call.outputs.some((id) => needed.has(id) && !feeds.has(id))) continue;
    calls.add(call);
    for (const id of call.inputs) needed.add(id);
  }
  const missing = graph.inputs.findIndex((id) => needed.has(id) && !feeds.has(id));
  if (missing >= 0) {
    throw new ModelError(
      'invalid-input',
      `Input ${String(missing + 1)} of the model's ${String(graph.inputs.length)} was not given. ` +
        'Feed every input, or a tensor behind it.',
    );
  }
  return graph.calls.filter((call) => calls.has(call));
}

function runCall(call: LayerCall, inputs: tf.Tensor[]): tf.Tensor[] {
  const { layer, part } = call;
  try {
    // Layers get a list even of one tensor, as from `tf.LayersModel.predict`: layers written by users may rely on it.
    const apply = (): tf.Tensor[] =>
      toList(layer.apply(inputs, { training: false }) as tf.Tensor | tf.Tensor[]);
    // Some layers leave intermediate tensors behind; tidy collects them.
    return tf.tidy(() => {
      if (part === 'whole') return withFactorsOfOne(layer, apply);
      if (part === 'before-activation') return withoutActivation(layer, apply);
      const [x] = inputs;
      const activation = activationField(layer);
      if (!x || !activation) throw new RangeError(`Layer "${call.name}" has no activation of its own.`);
      return [activation.apply(x)];
    });
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    const memory = memoryError(cause);
    if (memory) throw memory;
    const shapes = inputs.map(({ shape }) => describeShape(shape)).join(', ');
    throw new ModelError(
      'invalid-input',
      `Layer "${call.name}" (${layer.getClassName()}) failed on ${shapes}: ` +
        (cause instanceof Error ? cause.message : String(cause)),
      { cause },
    );
  }
}

const LINEAR: LayerActivation = { apply: (x) => x, getClassName: () => 'linear' };

/** Runs `apply` while the layer's own activation is the identity. */
function withoutActivation<T>(layer: tf.layers.Layer, apply: () => T): T {
  const fields = layer as unknown as { activation: LayerActivation | null };
  const activation = fields.activation;
  fields.activation = LINEAR;
  try {
    return apply();
  } finally {
    fields.activation = activation;
  }
}

function toList(output: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
  return Array.isArray(output) ? output : [output];
}

function checkFeed(graph: LayerGraph, id: TensorId, tensor: tf.Tensor): void {
  const expected: OpenShape = graph.tensors[id]?.shape ?? [];
  const shape = tensor.shape.slice(1);
  const fits =
    tensor.rank === expected.length + 1 &&
    expected.every((size, axis) => size === null || size === shape[axis]);
  if (fits) return;
  throw new ModelError(
    'invalid-input',
    `A tensor of shape ${describeShape([null, ...expected])} was expected, but one of shape ` +
      `${describeShape(tensor.shape)} was given. The first axis counts the inputs of the batch.`,
  );
}
