import { create } from '@bufbuild/protobuf';
import { TensorProto_DataType, TensorProtoSchema, type TensorProto } from 'onnx-buf';
import { float, floatTensor, OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import { checkOnnx } from './support/onnx/check-onnx.ts';

const test = suite('how ONNX files write operators and weights, against ONNX Runtime');

const IMAGE = [1, 3, 8, 6];

/** A classifier; `kernel` writes its first weights. */
function classifier(opset: number, kernel: (b: OnnxBuilder) => string): OnnxBuilder {
  const b = new OnnxBuilder(seededRandom(opset), opset);
  const convolved = b.node('Conv', [b.input('x', IMAGE), kernel(b)], { pads: [1, 1, 1, 1] });
  const positive = b.floats([4], [0.5, 1, 2, 0.7]);
  const statistics = [b.weight([4]), b.weight([4]), b.weight([4]), positive];
  const normalized = b.node('BatchNormalization', [convolved, ...statistics]);
  const clipped =
    opset < 11
      ? b.node('Clip', [normalized], { min: float(0), max: float(6) })
      : b.node('Clip', [normalized, b.floats([], [0]), b.floats([], [6])]);
  const dropped = opset < 12 ? b.node('Dropout', [clipped], { ratio: 0.5 }) : b.node('Dropout', [clipped]);
  const pooled = b.node('MaxPool', [dropped], { kernel_shape: [2, 2], strides: [2, 2] });
  const mean =
    opset < 18
      ? b.node('ReduceMean', [pooled], { axes: [2, 3], keepdims: 0 })
      : b.node('ReduceMean', [pooled, b.ints([2, 3])], { keepdims: 0 });
  const column =
    opset < 13 ? b.node('Unsqueeze', [mean], { axes: [2] }) : b.node('Unsqueeze', [mean, b.ints([2])]);
  const flat = b.node('Flatten', [column]);
  b.output(b.node('Softmax', [b.node('Gemm', [flat, b.weight([4, 5]), b.weight([5])])], { axis: 1 }));
  return b;
}

const KERNEL = [4, 3, 3, 3];
/** Numbers that half precision holds as they are. */
const values = Array.from({ length: 108 }, (_, i) => (((i * 37) % 31) - 15) / 16);

for (let opset = 7; opset <= 22; opset++) {
  test(`version ${String(opset)} of the operators`, async () => {
    await checkOnnx(
      classifier(opset, (b) => b.weight(KERNEL)),
      [IMAGE],
    );
  });
}

/** The bits of a number in half precision that it holds. Source: IEEE 754-2008, binary16. */
function half(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = Math.abs(value) / 2 ** exponent - 1;
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | Math.round(fraction * 1024);
}

type Encoding = Pick<TensorProto, 'dataType'> &
  Partial<Pick<TensorProto, 'rawData' | 'int32Data' | 'floatData' | 'doubleData'>>;

const encodings: Readonly<Record<string, Encoding>> = {
  'half precision as bytes': {
    dataType: TensorProto_DataType.FLOAT16,
    rawData: new Uint8Array(Uint16Array.from(values, half).buffer),
  },
  'half precision as numbers': { dataType: TensorProto_DataType.FLOAT16, int32Data: values.map(half) },
  'double precision': {
    dataType: TensorProto_DataType.DOUBLE,
    rawData: new Uint8Array(Float64Array.from(values).buffer),
  },
  'double precision as numbers': { dataType: TensorProto_DataType.DOUBLE, doubleData: values },
  'single precision as numbers': { dataType: TensorProto_DataType.FLOAT, floatData: values },
  'whole numbers of 8 bits': {
    dataType: TensorProto_DataType.INT8,
    rawData: new Uint8Array(Int8Array.from(values, (value) => value * 16).buffer),
  },
};

for (const [name, fields] of Object.entries(encodings)) {
  test(`weights in ${name}, cast by a node`, async () => {
    const kernel = (b: OnnxBuilder): string => {
      b.weights.push(create(TensorProtoSchema, { ...fields, name: 'kernel', dims: KERNEL.map(BigInt) }));
      return b.node('Cast', ['kernel'], { to: TensorProto_DataType.FLOAT });
    };
    await checkOnnx(classifier(17, kernel), [IMAGE]);
  });
}

test('weights in a node, and made by nodes', async () => {
  const inNode = (b: OnnxBuilder): string =>
    b.node('Constant', [], { value: floatTensor('', KERNEL, values) });
  await checkOnnx(classifier(13, inNode), [IMAGE]);
  const listed = (b: OnnxBuilder): string =>
    b.node('Reshape', [
      b.node('Constant', [], { value_floats: values }),
      b.node('Constant', [], { value_ints: KERNEL }),
    ]);
  await checkOnnx(classifier(13, listed), [IMAGE]);
  const scaled = (b: OnnxBuilder): string =>
    b.node('Mul', [
      b.weight(KERNEL),
      b.node('ConstantOfShape', [b.ints([1])], { value: floatTensor('', [1], [0.5]) }),
    ]);
  await checkOnnx(classifier(13, scaled), [IMAGE]);
});

test.run();
