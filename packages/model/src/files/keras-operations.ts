import { isKerasObject, isObject, type Json, type JsonObject, type KerasLayer } from './keras-config.ts';

/**
 * Arithmetic written into a network, `x / 127.5 - 1` or `x + y`, as layers: Keras 2 keeps it as `TFOpLambda`, Keras 3 as the
 * class of the operation. Returns undefined for anything else, such as an operation no layer stands for.
 */
export function convertOperation(layer: KerasLayer): KerasLayer | undefined {
  const operation = operationOf(layer);
  const nodes = Array.isArray(layer.inbound_nodes) ? (layer.inbound_nodes as readonly Json[]) : [];
  const [node] = nodes;
  if (operation === undefined || node === undefined || nodes.length > 1) return undefined;
  const operands = operandsOf(node);
  const places = operands.flatMap((operand) => ('place' in operand ? [operand.place] : []));
  const name = layer.name ?? layer.config['name'] ?? '';
  const made = (class_name: string, config: JsonObject): KerasLayer => ({
    ...(typeof name === 'string' ? { name } : {}),
    class_name,
    config: { name, ...config },
    inbound_nodes: [places.map((place): Json => [...place, {}])],
  });
  if (operation === 'cast') return made('Identity', {});
  const [first, second] = operands;
  if (!first || !second) return undefined;
  if ('place' in first && 'place' in second) {
    const merge = merges[operation];
    return merge === undefined ? undefined : made(merge, {});
  }
  const scaling =
    'place' in first && 'constant' in second
      ? withConstant(operation, second.constant)
      : 'constant' in first && 'place' in second
        ? ofConstant(operation, first.constant)
        : undefined;
  return scaling && made('Rescaling', scaling);
}

/** The places `[name, node, tensor]` of the tensors in Keras 3 call arguments, in order. */
export function historiesIn(value: Json): Json[][] {
  if (Array.isArray(value)) return value.flatMap(historiesIn);
  if (!isKerasObject(value) || value.class_name !== '__keras_tensor__') return [];
  const history = value.config['keras_history'];
  return Array.isArray(history) ? [[...(history as Json[])]] : [];
}

type Operation = 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum' | 'cast';

/** By the ends of the names that Keras 2 gives functions, and by the classes of Keras 3. */
export const kerasOperations: Readonly<Record<string, Operation>> = {
  add: 'add',
  Add: 'add',
  subtract: 'subtract',
  Subtract: 'subtract',
  multiply: 'multiply',
  Multiply: 'multiply',
  truediv: 'divide',
  divide: 'divide',
  TrueDivide: 'divide',
  Divide: 'divide',
  maximum: 'maximum',
  Maximum: 'maximum',
  minimum: 'minimum',
  Minimum: 'minimum',
  cast: 'cast',
  Cast: 'cast',
};

/** Layers that do so with two tensors. */
const merges: Readonly<Partial<Record<Operation, string>>> = {
  add: 'Add',
  multiply: 'Multiply',
  maximum: 'Maximum',
  minimum: 'Minimum',
};

function operationOf(layer: KerasLayer): Operation | undefined {
  const { module } = layer as KerasLayer & { readonly module?: Json };
  const isOperation = typeof module === 'string' && module.startsWith('keras.src.ops.');
  const given =
    layer.class_name === 'TFOpLambda' ? layer.config['function'] : isOperation ? layer.class_name : null;
  const name = typeof given === 'string' ? (given.split('.').at(-1) ?? '') : '';
  return Object.hasOwn(kerasOperations, name) ? kerasOperations[name] : undefined;
}

type Numbers = number | readonly number[];

type Operand =
  { readonly place: readonly Json[] } | { readonly constant: Numbers } | { readonly other: Json };

/** What an operation is applied to, in order. */
function operandsOf(node: Json): readonly Operand[] {
  if (isObject(node)) {
    const [args, keywords] = [node['args'] ?? [], node['kwargs'] ?? {}];
    const values = [
      ...(Array.isArray(args) ? (args as readonly Json[]) : []),
      ...(isObject(keywords) ? Object.values(keywords) : []),
    ];
    return values.map((value) => {
      const [place] = historiesIn(value);
      return place ? { place } : constantOf(value);
    });
  }
  // Keras 2: `[name, node, tensor, {y: ...}]`, where a number in front is `["_CONSTANT_VALUE", -1, number, ...]`.
  const reference = Array.isArray(node) && Array.isArray(node[0]) ? (node[0] as Json) : node;
  if (!Array.isArray(reference)) return [];
  const [name, call, tensor, keywords] = reference as readonly Json[];
  const first =
    name === '_CONSTANT_VALUE' ? constantOf(tensor ?? null) : { place: [name ?? '', call ?? 0, tensor ?? 0] };
  const y = isObject(keywords) ? keywords['y'] : undefined;
  if (y === undefined) return [first];
  const isPlace = Array.isArray(y) && typeof y[0] === 'string';
  return [first, isPlace ? { place: (y as readonly Json[]).slice(0, 3) } : constantOf(y)];
}

function constantOf(value: Json): Operand {
  const numbers = Array.isArray(value) ? (value as readonly Json[]).flat(8) : value;
  if (typeof numbers === 'number') return { constant: numbers };
  const isList = Array.isArray(numbers) && numbers.every((item): item is number => typeof item === 'number');
  return isList ? { constant: numbers } : { other: value };
}

/** x with a constant behind it, as factor and summand. */
function withConstant(operation: Operation, constant: Numbers): JsonObject | undefined {
  switch (operation) {
    case 'add':
      return { scale: 1, offset: constant };
    case 'subtract':
      return { scale: 1, offset: each(constant, (value) => -value) };
    case 'multiply':
      return { scale: constant, offset: 0 };
    case 'divide':
      return { scale: each(constant, (value) => 1 / value), offset: 0 };
    case 'maximum':
    case 'minimum':
    case 'cast':
      return undefined;
  }
}

/** x with a constant in front of it. */
function ofConstant(operation: Operation, constant: Numbers): JsonObject | undefined {
  if (operation === 'subtract') return { scale: -1, offset: constant };
  return operation === 'add' || operation === 'multiply' ? withConstant(operation, constant) : undefined;
}

function each(constant: Numbers, change: (value: number) => number): Numbers {
  return typeof constant === 'number' ? change(constant) : constant.map(change);
}
