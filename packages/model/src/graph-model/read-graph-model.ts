import { array, check, looseObject, nullish, pipe, string, unknown } from 'valibot';
import { ModelError } from '../errors.ts';
import { brokenAt, checkSchema } from '../files/check-schema.ts';
import { isObject } from '../files/keras-config.ts';
import { limits } from '../files/limits.ts';
import type { ConstantTensor, ElementType } from '../nodes/constant-tensor.ts';
import type { FileOutput, FileValue } from '../nodes/node-file.ts';
import { sortNodes } from '../nodes/sort-nodes.ts';
import { Attributes } from './attributes.ts';
import { elementTypeOf } from './element-type.ts';
import type {
  GraphModelFile,
  GraphModelNode,
  GraphModelParts,
  GraphModelWeight,
} from './graph-model-file.ts';
import { signatureOf, type Signature, type SignatureEntry } from './signature.ts';

const topologySchema = looseObject({
  node: pipe(
    array(
      looseObject({
        name: string(),
        op: string(),
        input: nullish(array(string())),
        attr: nullish(unknown()),
      }),
    ),
    check((nodes) => nodes.length <= limits.layers, `expected at most ${String(limits.layers)} nodes`),
  ),
});

/**
 * Returns the network of a GraphModel: its nodes, checked.
 *
 * @throws ModelError `invalid-file` for nodes that are broken, missing or wait for each other; `unsupported-format` for inputs of
 *   which nothing says how many axes they have, or that are no numbers
 */
export function readGraphModel({ name, topology, signature, weights }: GraphModelParts): GraphModelFile {
  const { node: written } = checkSchema(topologySchema, topology, name, 'modelTopology');
  const counts = outputCounts(written.map(({ input }) => input ?? []));
  const entries = signatureOf(signature);
  const all = written.map(({ name: own, op, input, attr }, i): GraphModelNode => {
    if (own === '') throw brokenAt(name, `modelTopology.node[${String(i)}].name`, 'expected a name');
    const asked = entries.outputs.filter(({ node }) => node.split(':')[0] === own);
    const count = Math.max(counts.get(own) ?? 1, ...asked.map(({ node }) => indexOf(node) + 1));
    return {
      name: own,
      type: op,
      // Those that only have to run before are no inputs, and loops end where they begin anew: nobody runs them here.
      inputs:
        op === 'NextIteration' ? [] : (input ?? []).filter((tensor) => !tensor.startsWith('^')).map(tensorOf),
      outputs: Array.from({ length: count }, (_, k) => (k === 0 ? own : `${own}:${String(k)}`)),
      // Loops and functions have all that they read as inputs.
      captured: [],
      attributes: isObject(attr) ? attr : {},
    };
  });
  const constants = new Map(weights.map((weight) => [weight.name, constantOf(name, weight)]));
  const outputs = outputsOf(name, all, entries);
  const inputs = inputsOf(name, all, entries, constants);
  if (inputs.length === 0 || outputs.length === 0)
    throw new ModelError('invalid-file', `${name} has no input or no output. Convert the model again.`);
  const given = new Set([...inputs.map(({ tensor }) => tensor), ...constants.keys()]);
  const nodes = sortNodes(
    name,
    all.filter((node) => !given.has(node.name)),
    [...given],
    outputs.map(({ tensor }) => tensor),
  );
  // Of several inputs without a signature those count that lead to an output.
  const read = new Set([...nodes.flatMap((node) => node.inputs), ...outputs.map(({ tensor }) => tensor)]);
  return {
    name,
    inputs: entries.inputs.length > 0 ? inputs : inputs.filter(({ tensor }) => read.has(tensor)),
    outputs,
    nodes,
    types: new Map(
      all.flatMap((node) => {
        const type = given.has(node.name) ? typeOf(node) : null;
        return type ? [[node.name, type] as const] : [];
      }),
    ),
    weights: constants,
    parameters: weights
      .filter(({ dtype }) => dtype === 'float32')
      .reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0),
  };
}

function typeOf(placeholder: GraphModelNode): ElementType | null {
  return elementTypeOf(new Attributes(placeholder).type('dtype') ?? 'DT_FLOAT');
}

/** `name:0` is `name`. A function's outputs have names of their own in between, which do not matter here. */
function tensorOf(written: string): string {
  const [node = '', ...rest] = written.split(':');
  const index = indexOf(written);
  return rest.length === 0 || index === 0 ? node : `${node}:${String(index)}`;
}

function indexOf(written: string): number {
  const parts = written.split(':');
  const index = parts.length > 1 ? Number(parts.at(-1)) : 0;
  // More outputs than any node has would only take memory.
  return Number.isSafeInteger(index) && index >= 0 && index < 1024 ? index : 0;
}

/** How many outputs are read of each node. */
function outputCounts(inputs: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const tensor of inputs.flat()) {
    const [node = ''] = tensor.split(':');
    counts.set(node, Math.max(counts.get(node) ?? 1, indexOf(tensor) + 1));
  }
  return counts;
}

function constantOf(file: string, { name, shape, dtype, read }: GraphModelWeight): () => ConstantTensor {
  let made: ConstantTensor | null = null;
  return () => {
    const type = elementTypeOf(dtype);
    if (type === null) {
      throw new ModelError(
        'unsupported-layer',
        `The weight "${name}" of ${file} has values of the type ${dtype}, with which nothing can be computed here.`,
      );
    }
    return (made ??= { dims: shape, type, values: read() });
  };
}

function outputsOf(file: string, nodes: readonly GraphModelNode[], signature: Signature): FileOutput[] {
  if (signature.outputs.length > 0)
    return signature.outputs.map(({ key, node }) => ({ name: key, tensor: tensorOf(node) }));
  // Those that nobody reads; what has no inputs only prepares something.
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map((tensor) => tensor.split(':')[0])));
  const found = nodes.filter(({ name, inputs }) => !read.has(name) && inputs.length > 0);
  if (found.length === 0)
    throw new ModelError('invalid-file', `${file} has no output. Convert the model again.`);
  return found.map(({ name }) => ({ name, tensor: name }));
}

function inputsOf(
  file: string,
  nodes: readonly GraphModelNode[],
  signature: Signature,
  constants: ReadonlyMap<string, unknown>,
): FileValue[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const placeholders = nodes.filter(({ type }) => type === 'Placeholder');
  const named: readonly SignatureEntry[] =
    signature.inputs.length > 0
      ? signature.inputs
      : placeholders.map(({ name }) => ({ key: name, node: name, shape: null }));
  return named.flatMap(({ key, node, shape }): FileValue[] => {
    const placeholder = byName.get(tensorOf(node));
    // What was captured (a hash table) is no input of the user's.
    if (!placeholder || constants.has(placeholder.name)) return [];
    const attributes = new Attributes(placeholder);
    const own = attributes.shape('shape');
    const found = own && own.length > 0 ? own : (shape ?? own);
    if (typeOf(placeholder) === null) {
      throw new ModelError(
        'unsupported-format',
        `The input "${key}" of ${file} takes no numbers, but ${attributes.type('dtype') ?? ''}.`,
      );
    }
    if (!found || found.length === 0) {
      throw new ModelError(
        'unsupported-format',
        `Nothing says how many axes the input "${key}" of ${file} has. Give it a shape where the model is made, and convert it again.`,
      );
    }
    return [{ name: key, tensor: placeholder.name, shape: found }];
  });
}
