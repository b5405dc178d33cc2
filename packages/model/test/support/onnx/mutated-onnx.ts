import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  type AttributeProto,
  type GraphProto,
} from 'onnx-buf';
import type { SeededRandom } from '@ablation-cam/tools/testing';

const NUMBERS = [0n, 1n, -1n, 2n, 7n, 2n ** 31n, 2n ** 53n, -(2n ** 63n)];

const { UNDEFINED, FLOAT, INT, STRING, TENSOR, FLOATS, INTS, GRAPH } = AttributeProto_AttributeType;
const TYPES = [UNDEFINED, FLOAT, INT, STRING, TENSOR, FLOATS, INTS, GRAPH];

type Change = (graph: GraphProto, random: SeededRandom) => void;

/** What bytes changed at random hardly ever come to: a file that can be read, and says something else. */
const CHANGES: readonly Change[] = [
  (graph, random) => {
    const [node, other] = [random.pick(graph.node), random.pick(graph.node)];
    node.opType = random.pick([other.opType, 'Conv', 'Gemm', 'Reshape', 'Softmax', 'Loop', 'Nothing', '']);
  },
  (graph, random) => {
    const { input } = random.pick(graph.node);
    input.splice(random.integer(0, input.length), 1);
  },
  (graph, random) => {
    const [node, other] = [random.pick(graph.node), random.pick(graph.node)];
    const names = [
      ...other.input,
      ...other.output,
      ...graph.initializer.map(({ name }) => name),
      '',
      'nothing',
    ];
    if (random.uniform() < 0.8) node.input[random.integer(0, node.input.length)] = random.pick(names);
    else node.output[0] = random.pick(names);
  },
  (graph, random) => {
    const attributes = graph.node.flatMap(({ attribute }) => attribute);
    if (attributes.length > 0) changeAttribute(random.pick(attributes), random);
  },
  (graph, random) => {
    const { attribute } = random.pick(graph.node);
    attribute.splice(random.integer(0, attribute.length), 1);
  },
  (graph, random) => {
    const { dims } = random.pick(graph.initializer);
    if (random.uniform() < 0.3) dims.push(random.pick(NUMBERS));
    else dims[random.integer(0, dims.length)] = random.pick(NUMBERS);
  },
  (graph, random) => {
    random.pick(graph.initializer).dataType = random.integer(0, 20);
  },
  (graph, random) => {
    const weights = random.pick(graph.initializer);
    weights.name = random.pick(graph.initializer).name;
  },
  (graph, random) => {
    const values = random.pick([graph.input, graph.output]);
    const { value } = random.pick(values).type ?? {};
    const [dim] = value?.case === 'tensorType' ? (value.value.shape?.dim ?? []) : [];
    if (dim) dim.value = { case: 'dimValue', value: random.pick(NUMBERS) };
    else values.splice(0, 1);
  },
  (graph, random) => {
    graph.node.splice(random.integer(0, graph.node.length - 1), 1);
  },
];

/** An ONNX file with one to three of its values changed. */
export function mutatedOnnx(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const { graph } = model;
  for (let i = random.integer(1, 3); i > 0 && graph && graph.node.length > 1; i--)
    random.pick(CHANGES)(graph, random);
  return toBinary(ModelProtoSchema, model);
}

function changeAttribute(attribute: AttributeProto, random: SeededRandom): void {
  const number = random.pick(NUMBERS);
  switch (random.integer(0, 4)) {
    case 0:
      attribute.i = number;
      break;
    case 1:
      attribute.f = random.pick([0, -1, NaN, Infinity, 1e-30]);
      break;
    case 2:
      if (attribute.ints.length > 0) attribute.ints[random.integer(0, attribute.ints.length - 1)] = number;
      break;
    case 3:
      attribute.ints.push(number);
      break;
    default:
      attribute.type = random.pick(TYPES);
  }
}
