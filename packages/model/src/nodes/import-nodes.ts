import type { Graph, GraphNode, GraphOutput } from '@ablation-cam/kernels';
import { ModelError } from '../errors.ts';
import type { ConstantTensor } from './constant-tensor.ts';
import { GraphBuilder, type GraphTensor } from './graph-builder.ts';
import { headOf } from './head.ts';
import { dimsOf, layoutOf, type ChannelPlace, type Dims } from './layout.ts';
import { NoRule, type Memo, type Value, type Writing } from './node-context.ts';
import { readBy, type FileNode, type NodeFile } from './node-file.ts';
import type { OpaqueInput, OpaqueNode } from './opaque-node.ts';
import { opaqueResults, type NamedValue } from './opaque-results.ts';

/** What the operators of a format do. */
export interface Operators<Node extends FileNode> {
  /** Where images have their channels. */
  readonly channels: ChannelPlace;
  /** What follows from the sizes of a node's inputs alone, or null where its values matter. */
  ofSizes(node: Node, inputs: readonly (Dims | null)[]): readonly ConstantTensor[] | null;
  /** What a node computes of constants, or null where that is not evaluated here. */
  fold(node: Node, inputs: readonly (ConstantTensor | null)[]): readonly ConstantTensor[] | null;
  /** What to do about constants that are not evaluated here, as a sentence. */
  readonly foldAdvice: string;
  /** Writes a node's operations; returns its outputs. @throws NoRule where there are none */
  write(node: Node, writing: Writing): GraphTensor | readonly GraphTensor[];
  /**
   * Returns the shape of an output of a node without operations here.
   *
   * @param inputs as in `OpaqueNode`
   * @throws ModelError `unsupported-layer` where nothing tells it
   */
  opaqueDims(node: Node, inputs: readonly (OpaqueInput | null)[], output: string): Dims;
}

/** A network of a file as a graph, and which of its nodes yields what a node of the file does. */
export interface ImportedNodes<Node extends FileNode = FileNode> {
  readonly graph: Graph;
  readonly results: readonly NodeResult<Node>[];
  /** Nodes of the file that became `opaque` ones. */
  readonly opaque: readonly OpaqueNode<Node>[];
}

/** What a node of the file yields. */
export interface NodeResult<Node extends FileNode = FileNode> {
  readonly from: Node;
  /** The tensor's name in the file. */
  readonly output: string;
  readonly tensor: GraphTensor;
  /** Names of the tensors it is computed from. */
  readonly inputs: readonly string[];
}

export interface SizedInput {
  /** Dimensions in the file's order, with a batch of one. */
  readonly dims: Dims;
  /** The axes in the order of the graph. */
  readonly order: readonly number[];
}

/**
 * Returns what the file computes of one input as a graph, channels last. What follows from sizes alone is computed, and a node
 * without a rule becomes an `opaque` one. An output behind a node of which nothing tells the shape of what it yields is left out
 * where there are others.
 *
 * @param inputs in the order of the file's
 * @throws ModelError `invalid-input` where an input is too small; `invalid-file` where nodes contradict each other;
 *   `unsupported-layer` where no output is left
 */
export function importNodes<Node extends FileNode>(
  file: NodeFile<Node>,
  operators: Operators<Node>,
  inputs: readonly SizedInput[],
  memo: Memo,
): ImportedNodes<Node> {
  const builder = new GraphBuilder(operators.channels);
  const { nodes } = builder;
  const values = new Map<string, Value>();
  const weights = new Map<string, Value>();
  const results: NodeResult<Node>[] = [];
  const lost = new Map<string, ModelError>();
  const valueOf = (name: string): Value | null => {
    if (name === '') return null;
    const known = values.get(name) ?? weights.get(name);
    if (known) return known;
    const read = file.weights.get(name);
    if (!read) throw new ModelError('invalid-file', `${file.name} has no tensor "${name}". Export it again.`);
    const value: Value = { kind: 'constant', constant: read() };
    weights.set(name, value);
    return value;
  };
  const own = file.inputs.map(({ name, tensor }, i) => {
    const { dims = [], order = [] } = inputs[i] ?? {};
    builder.nameNodes(name);
    const node = builder.add(
      { kind: 'input' },
      [],
      order.map((axis) => dims[axis] ?? 1),
    );
    values.set(tensor, { kind: 'tensor', tensor: { node, layout: layoutOf(dims, order) } });
    return node;
  });
  const namedValue = (name: string): NamedValue | null => {
    const value = valueOf(name);
    return value && { name, value };
  };
  const read = new Set([...file.nodes.flatMap(readBy), ...file.outputs.map(({ tensor }) => tensor)]);
  const isRead = (name: string): boolean => read.has(name);
  const importing: Importing<Node> = { file, operators, builder, memo, isRead, opaque: [] };
  for (const node of file.nodes) {
    builder.nameNodes(node.name);
    const reason = readBy(node).flatMap((name) => lost.get(name) ?? [])[0];
    const made = reason ?? orReason(() => evaluate(importing, node, readBy(node).map(namedValue)));
    node.outputs.forEach((output, i) => {
      if (output === '') return;
      if (made instanceof ModelError) lost.set(output, made);
      const value = made instanceof ModelError ? undefined : made[i];
      if (!value) return;
      values.set(output, value);
      if (value.kind === 'constant') return;
      refuseEmpty(node, value.tensor);
      results.push({ from: node, output, tensor: value.tensor, inputs: node.inputs });
    });
  }
  const outputs = file.outputs.map(
    ({ name, tensor }) => lost.get(tensor) ?? orReason(() => outputOf(file, nodes, name, valueOf(tensor))),
  );
  const known = outputs.flatMap((output) => (output instanceof ModelError ? [] : [output]));
  const [first] = outputs;
  if (known.length === 0 && first instanceof ModelError) throw first;
  return { graph: { nodes, inputs: own, outputs: known }, results, opaque: importing.opaque };
}

/** What is returned, or why the network lacks something for that. */
function orReason<T>(make: () => T): T | ModelError {
  try {
    return make();
  } catch (error) {
    if (error instanceof ModelError && error.code === 'unsupported-layer') return error;
    throw error;
  }
}

/** What the nodes of a file share. */
interface Importing<Node extends FileNode> extends Omit<Writing, 'inputs'> {
  readonly file: NodeFile<Node>;
  readonly operators: Operators<Node>;
  /** Filled on the way. */
  readonly opaque: OpaqueNode<Node>[];
}

/** @param given all that the node reads, in the order of `readBy` */
function evaluate<Node extends FileNode>(
  importing: Importing<Node>,
  node: Node,
  given: readonly (NamedValue | null)[],
): readonly Value[] {
  const { file, operators } = importing;
  const inputs = given.slice(0, node.inputs.length).map((input) => input?.value ?? null);
  const asConstants = (constants: readonly ConstantTensor[]): readonly Value[] =>
    constants.map((constant) => ({ kind: 'constant', constant }));
  const hasTensors = given.some((input) => input?.value.kind === 'tensor');
  const ofSizes = hasTensors ? operators.ofSizes(node, inputs.map(dimsOfValue)) : null;
  if (ofSizes) return asConstants(ofSizes);
  if (!hasTensors) {
    const constants = inputs.map((input) => (input?.kind === 'constant' ? input.constant : null));
    const folded = operators.fold(node, constants);
    if (folded) return asConstants(folded);
    throw new ModelError(
      'unsupported-layer',
      `Node "${node.name}" of ${file.name} computes a constant with the operator ${node.type}, which is not evaluated here. ` +
        operators.foldAdvice,
    );
  }
  return resultsOf(importing, node, inputs, given).map((tensor) => ({ kind: 'tensor', tensor }));
}

function dimsOfValue(value: Value | null): Dims | null {
  if (!value) return null;
  return value.kind === 'tensor' ? dimsOf(value.tensor.layout) : value.constant.dims;
}

function resultsOf<Node extends FileNode>(
  { operators, builder, memo, isRead, opaque }: Importing<Node>,
  node: Node,
  inputs: readonly (Value | null)[],
  given: readonly (NamedValue | null)[],
): readonly GraphTensor[] {
  const writing: Writing = { builder, memo, isRead, inputs };
  try {
    const made = operators.write(node, writing);
    return 'node' in made ? [made] : made;
  } catch (error) {
    if (!(error instanceof NoRule)) throw error;
    const results = opaqueResults(operators, node, writing, given, error.message);
    opaque.push(results.opaque);
    return results.tensors;
  }
}

function refuseEmpty(node: FileNode, { layout }: GraphTensor): void {
  const dims = dimsOf(layout);
  if (dims.every((length) => Number.isSafeInteger(length) && length >= 1)) return;
  throw new ModelError(
    'invalid-input',
    `The input is too small for the network: node "${node.name}" would yield [${dims.join(', ')}]. Give a larger input.`,
  );
}

function outputOf(
  file: NodeFile,
  nodes: readonly GraphNode[],
  name: string,
  value: Value | null,
): GraphOutput {
  if (value?.kind === 'tensor') return { name, node: value.tensor.node, ...headOf(nodes, value.tensor.node) };
  throw new ModelError(
    'unsupported-layer',
    `The output "${name}" of ${file.name} does not depend on an input. Leave it out when the network is exported.`,
  );
}
