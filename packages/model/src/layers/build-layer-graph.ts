import type * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { isModel } from './layer-fields.ts';
import type { GraphTensor, LayerCall, LayerGraph, TensorId } from './layer-graph.ts';
import type { OpenShape } from '../network/network.ts';
import { refuseMasks } from './refuse-masks.ts';
import { describeShape, sameShape } from './shapes.ts';
import { splitHeads } from './split-heads.ts';

type InboundNode = tf.layers.Layer['inboundNodes'][number];

/** One use of a model: the outermost one, or one call of a model inside it. */
interface Scope {
  /** Names of the models around, outermost first, without the outermost. */
  readonly path: readonly string[];
  /** Ids of the nodes that lead here: they grow in the order in which layers were called. */
  readonly order: readonly number[];
  readonly tensors: Map<tf.SymbolicTensor, TensorId>;
  readonly models: Map<InboundNode, Scope>;
}

interface PlacedCall {
  readonly layer: tf.layers.Layer;
  readonly path: readonly string[];
  readonly order: readonly number[];
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
}

/**
 * Returns the model as a flat graph of layer calls. The model is only read.
 *
 * @param inputShapes sizes of the inputs without the batch, in the order of the model's inputs, for models that leave
 *   some of them open
 * @throws ModelError `invalid-input` where `inputShapes` contradicts the model, `unsupported-layer` where a mask has an
 *   effect in it
 */
export function layerGraph(model: tf.LayersModel, inputShapes?: readonly (readonly number[])[]): LayerGraph {
  const shapes: OpenShape[] = [];
  const calls: PlacedCall[] = [];
  const addTensor = (shape: OpenShape): TensorId => shapes.push(shape) - 1;

  /** Returns the tensor's id; what it is computed from is placed before it, one after the other: networks may be deep. */
  const place = (tensor: tf.SymbolicTensor, scope: Scope): TensorId => {
    const pending = [tensor];
    for (let next = pending.at(-1); next; next = pending.at(-1)) {
      const missing = next.inputs.filter((input) => !scope.tensors.has(input));
      if (scope.tensors.has(next)) pending.pop();
      else if (missing.length > 0) pending.push(...missing.reverse());
      else placeMade(next, scope);
    }
    return scope.tensors.get(tensor) ?? -1;
  };

  /** Places a tensor whose inputs are placed. */
  const placeMade = (tensor: tf.SymbolicTensor, scope: Scope): void => {
    const layer = tensor.sourceLayer;
    const node = nodeOf(tensor);
    const inputs = tensor.inputs.map((input) => scope.tensors.get(input) ?? -1);
    if (isModel(layer)) {
      const inner = scope.models.get(node) ?? {
        path: [...scope.path, layer.name],
        order: [...scope.order, node.id],
        tensors: new Map(layer.inputs.map((input, i) => [input, inputs[i] ?? -1])),
        models: new Map<InboundNode, Scope>(),
      };
      scope.models.set(node, inner);
      const output = layer.outputs[node.outputTensors.indexOf(tensor)];
      if (!output) throw disconnected(layer);
      scope.tensors.set(tensor, place(output, inner));
      return;
    }
    if (inputs.length === 0) throw disconnected(layer);
    const outputShapes = callShapes(
      node,
      inputs.map((id) => shapes[id] ?? []),
    );
    const outputs = outputShapes.map(addTensor);
    node.outputTensors.forEach((output, i) => scope.tensors.set(output, outputs[i] ?? -1));
    calls.push({ layer, path: scope.path, order: [...scope.order, node.id], inputs, outputs });
  };

  const inputs = model.inputs.map((input, i) => addTensor(inputShape(input, inputShapes?.[i])));
  const scope: Scope = {
    path: [],
    order: [],
    tensors: new Map(model.inputs.map((input, i) => [input, inputs[i] ?? -1])),
    models: new Map(),
  };
  const outputs = model.outputs.map((output) => ({
    layer: output.sourceLayer,
    tensor: place(output, scope),
  }));

  const names: string[] = [];
  for (const { layer } of outputs) {
    let name = layer.name;
    for (let n = 1; names.includes(name); n++) name = `${layer.name}_${String(n)}`;
    names.push(name);
  }
  const named = nameCalls(calls);
  refuseMasks(named);
  const split = splitHeads(
    named,
    shapes,
    outputs.map(({ tensor }, i) => ({ name: names[i] ?? '', tensor })),
  );
  return {
    tensors: graphTensors(split.shapes, split.calls),
    calls: split.calls,
    inputs,
    outputs: split.outputs,
  };
}

/** The call that made the tensor. Layers list theirs in order; a `tf.Sequential` lists itself as the first. */
function nodeOf(tensor: tf.SymbolicTensor): InboundNode {
  const nodes = tensor.sourceLayer.inboundNodes;
  const node = nodes[tensor.nodeIndex];
  if (node?.outputTensors.includes(tensor)) return node;
  const found = nodes.find((candidate) => candidate.outputTensors.includes(tensor));
  if (!found) throw disconnected(tensor.sourceLayer);
  return found;
}

/**
 * The shapes of a call's results. What the model noted when it was built holds only for the sizes it was built with (a
 * model used as a layer may get larger or more definite inputs than its own), and leaves a size open after a reshape
 * that follows from the others.
 */
function callShapes(node: InboundNode, inputs: readonly OpenShape[]): OpenShape[] {
  const noted = node.outputTensors.map((tensor) => tensor.shape.slice(1));
  const asBuilt = node.inputTensors.every((tensor, i) => sameShape(tensor.shape.slice(1), inputs[i] ?? []));
  const definite = noted.every((shape) => !shape.includes(null));
  if (asBuilt && (definite || inputs.some((shape) => shape.includes(null)))) return noted;
  const ofOneInput = inputs.map((shape) => [1, ...shape]);
  const computed = node.outboundLayer.computeOutputShape(
    ofOneInput.length === 1 ? (ofOneInput[0] ?? []) : ofOneInput,
  );
  const shapes = isShapeList(computed) ? computed : [computed];
  return noted.map((shape, i) => shapes[i]?.slice(1) ?? shape);
}

type LayerShape = (number | null)[];

function isShapeList(shapes: LayerShape | LayerShape[]): shapes is LayerShape[] {
  return shapes.every((item) => Array.isArray(item));
}

/**
 * Checks shapes of a model's inputs, without the batch, in the order of the inputs; those that are left out fit.
 *
 * @throws ModelError `invalid-input` where the sizes contradict the model
 */
export function checkInputShapes(model: tf.LayersModel, inputShapes: readonly (readonly number[])[]): void {
  model.inputs.forEach((input, i) => inputShape(input, inputShapes[i]));
}

function inputShape(input: tf.SymbolicTensor, given: readonly number[] | undefined): OpenShape {
  const own = input.shape.slice(1);
  if (!given) return own;
  const fits = own.length === given.length && own.every((size, i) => size === null || size === given[i]);
  if (fits) return given;
  throw new ModelError(
    'invalid-input',
    `The model's input "${input.sourceLayer.name}" has the shape ${describeShape(own)}, but ` +
      `${describeShape(given)} was given. Resize the input to the model's size.`,
  );
}

/** Numbers the calls of each layer in the order in which they were made, and makes the names of layers unique. */
function nameCalls(calls: readonly PlacedCall[]): LayerCall[] {
  const namesakes = new Map<string, Set<tf.layers.Layer>>();
  const callsOf = new Map<tf.layers.Layer, PlacedCall[]>();
  for (const call of calls) {
    namesakes.set(call.layer.name, (namesakes.get(call.layer.name) ?? new Set()).add(call.layer));
    const made = callsOf.get(call.layer);
    if (made) made.push(call);
    else callsOf.set(call.layer, [call]);
  }
  for (const made of callsOf.values()) made.sort((a, b) => compareOrder(a.order, b.order));
  return calls.map((call) => {
    const made = callsOf.get(call.layer) ?? [];
    const unique = namesakes.get(call.layer.name)?.size === 1;
    return {
      layer: call.layer,
      name: unique ? call.layer.name : [...(made[0]?.path ?? []), call.layer.name].join('/'),
      call: made.indexOf(call),
      part: 'whole',
      inputs: call.inputs,
      outputs: call.outputs,
    };
  });
}

function compareOrder(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function graphTensors(shapes: readonly OpenShape[], calls: readonly LayerCall[]): GraphTensor[] {
  const producers = new Map(calls.flatMap(({ outputs }, index) => outputs.map((id) => [id, index] as const)));
  return shapes.map((shape, id) => ({ shape, producer: producers.get(id) ?? null }));
}

function disconnected(layer: tf.layers.Layer): ModelError {
  return new ModelError(
    'unsupported-layer',
    `Layer "${layer.name}" (${layer.getClassName()}) is not connected to the inputs of the model. ` +
      'Rebuild the model from its inputs to its outputs.',
  );
}
