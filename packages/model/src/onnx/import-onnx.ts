import type { Graph, GraphNode, GraphOutput } from '@ablation-cam/kernels';
import { ModelError } from '../errors.ts';
import type { ConstantTensor } from './constant-tensor.ts';
import { fold, shapeTensor } from './fold.ts';
import { GraphBuilder, type GraphTensor } from './graph-builder.ts';
import { headOf } from './head.ts';
import { dimsOf, layoutOf, product, type Dims } from './layout.ts';
import { NodeContext, NoRule, type Memo, type Value } from './node-context.ts';
import type { OnnxFile, OnnxNode } from './onnx-file.ts';
import { opaqueResults, type NamedValue } from './opaque/opaque-results.ts';
import type { OpaqueSource } from './opaque/opaque-source.ts';
import { asComputed, resultType } from './opaque/result-type.ts';
import { ruleOf } from './rules/table.ts';

/** A network of a file as a graph, and which of its nodes yields what a node of the file does. */
export interface ImportedOnnx {
  readonly graph: Graph;
  readonly results: readonly NodeResult[];
  /** Nodes of the file that became `opaque` ones. */
  readonly opaque: readonly OpaqueSource[];
}

/** What a node of the file yields. */
export interface NodeResult {
  readonly from: OnnxNode;
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
 * without a rule becomes an `opaque` one.
 *
 * @param inputs in the order of the file's
 * @throws ModelError `invalid-input` where an input is too small; `invalid-file` where nodes contradict each other;
 *   `unsupported-layer` where nothing tells the shape of what a node yields
 */
export function importOnnx(file: OnnxFile, inputs: readonly SizedInput[], memo: Memo): ImportedOnnx {
  const builder = new GraphBuilder();
  const values = new Map<string, Value>();
  const weights = new Map<string, Value>();
  const results: NodeResult[] = [];
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
  const own = file.inputs.map(({ name }, i) => {
    const { dims = [], order = [] } = inputs[i] ?? {};
    builder.nameNodes(name);
    const node = builder.add(
      { kind: 'input' },
      [],
      order.map((axis) => dims[axis] ?? 1),
    );
    values.set(name, { kind: 'tensor', tensor: { node, layout: layoutOf(dims, order) } });
    return node;
  });
  const types = new Map<string, number>();
  const typeOf = (name: string): number => types.get(name) ?? asComputed(file.dataTypes.get(name) ?? 0);
  const namedValue = (name: string): NamedValue | null => {
    const value = valueOf(name);
    return value && { name, value, dataType: typeOf(name) };
  };
  const read = [
    ...file.nodes.flatMap(({ inputs: own, captured }) => [...own, ...captured]),
    ...file.outputs.map(({ name }) => name),
  ];
  const importing: Importing = { file, builder, memo, read: new Set(read), opaque: [] };
  for (const node of file.nodes) {
    builder.nameNodes(node.name);
    const made = evaluate(importing, node, node.inputs.map(namedValue), node.captured.map(namedValue));
    const inputTypes = node.inputs.map(typeOf);
    node.outputs.forEach((output, i) => {
      const value = made[i];
      if (output === '' || !value) return;
      values.set(output, value);
      types.set(output, resultType(file, node, inputTypes, i));
      if (value.kind === 'constant') return;
      refuseEmpty(node, value.tensor);
      results.push({ from: node, output, tensor: value.tensor, inputs: node.inputs });
    });
  }
  const { nodes } = builder;
  const outputs = file.outputs.map(({ name }) => outputOf(file, nodes, name, valueOf(name)));
  return { graph: { nodes, inputs: own, outputs }, results, opaque: importing.opaque };
}

/** What the nodes of a file share. */
interface Importing {
  readonly file: OnnxFile;
  readonly builder: GraphBuilder;
  readonly memo: Memo;
  /** Names of the tensors that somebody reads. */
  readonly read: ReadonlySet<string>;
  /** Filled on the way. */
  readonly opaque: OpaqueSource[];
}

/** @param captured what the graphs in the node's attributes read */
function evaluate(
  importing: Importing,
  node: OnnxNode,
  given: readonly (NamedValue | null)[],
  captured: readonly (NamedValue | null)[],
): readonly Value[] {
  const { file, builder, memo, read } = importing;
  const inputs = given.map((input) => input?.value ?? null);
  const [first] = inputs;
  if (first?.kind === 'tensor' && (node.type === 'Shape' || node.type === 'Size')) {
    const dims = dimsOf(first.tensor.layout);
    const constant: ConstantTensor =
      node.type === 'Shape'
        ? shapeTensor(node, dims)
        : { dims: [], type: 'integer', values: Float64Array.of(product(dims)) };
    return [{ kind: 'constant', constant }];
  }
  if (![...given, ...captured].some((input) => input?.value.kind === 'tensor')) {
    const constants = inputs.map((input) => (input?.kind === 'constant' ? input.constant : null));
    const folded = fold(node, constants, file.opset);
    if (!folded) {
      throw new ModelError(
        'unsupported-layer',
        `Node "${node.name}" of ${file.name} computes a constant with the operator ${node.type}, which is not evaluated here. ` +
          'Fold constants when the network is exported (do_constant_folding), or with onnxsim.',
      );
    }
    return folded.map((constant) => ({ kind: 'constant', constant }));
  }
  const context = new NodeContext(builder, node, file.opset, inputs, memo, (name) => read.has(name));
  return resultsOf(importing, context, [...given, ...captured]).map((tensor) => ({ kind: 'tensor', tensor }));
}

function resultsOf(
  { file, opaque }: Importing,
  context: NodeContext,
  all: readonly (NamedValue | null)[],
): readonly GraphTensor[] {
  const rule = ruleOf(context.node.type);
  try {
    if (!rule) throw new NoRule('the operator has no rule');
    const made = rule(context);
    return 'node' in made ? [made] : made;
  } catch (error) {
    if (!(error instanceof NoRule)) throw error;
    const { tensors, source } = opaqueResults(file, context, all, error.message);
    opaque.push(source);
    return tensors;
  }
}

function refuseEmpty(node: OnnxNode, { layout }: GraphTensor): void {
  const dims = dimsOf(layout);
  if (dims.every((length) => Number.isSafeInteger(length) && length >= 1)) return;
  throw new ModelError(
    'invalid-input',
    `The input is too small for the network: node "${node.name}" would yield [${dims.join(', ')}]. Give a larger input.`,
  );
}

function outputOf(
  file: OnnxFile,
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
