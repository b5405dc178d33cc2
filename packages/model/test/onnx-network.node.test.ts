import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { layerCandidates, resolveTarget } from '../src/index.ts';
import { architectures } from './support/onnx/architectures.ts';
import { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { openBuilt } from './support/onnx/open-built.ts';
import { TorchLayers } from './support/onnx/torch-layers.ts';

const test = suite('networks of ONNX files');

function write(name: string, positions?: readonly (number | string)[]): OnnxBuilder {
  const { input = [], write: writeNodes } = architectures[name] ?? {};
  const builder = new OnnxBuilder(seededRandom(1), 14);
  const layers = new TorchLayers(builder, input.length === 3 ? 1 : 2);
  const [, channels = 1, ...own] = input;
  const logits = writeNodes?.(layers, layers.input('input', channels, ...(positions ?? own))) ?? '';
  builder.output(logits, ['batch', 5]);
  return builder;
}

test('the default target is the last feature map of each architecture, its channels last', async () => {
  for (const [name, { input, target, shape }] of Object.entries(architectures)) {
    const network = await openBuilt(write(name));
    const { layer } = resolveTarget(network);
    assert.is(layer.name, target, name);
    assert.equal(layer.shape, shape, name);
    assert.equal(network.inputs[0]?.shape, [...input.slice(2), input[1]], name);
  }
});

test('the score function is that of the last node, and the names of outputs say nothing', async () => {
  const found = async (name: string): Promise<string | undefined> =>
    (await openBuilt(write(name))).outputs[0]?.scoreFunction;
  assert.is(await found('ResNet'), 'linear');
  assert.is(await found('a network of signals'), 'softmax');
  const builder = new OnnxBuilder(seededRandom(2));
  const x = builder.input('image', [1, 3, 6, 6]);
  const pooled = builder.node('GlobalAveragePool', [builder.node('Conv', [x, builder.weight([4, 3, 3, 3])])]);
  const logits = builder.node('Gemm', [builder.node('Flatten', [pooled]), builder.weight([4, 3])]);
  const sigmoid = builder.node(
    'Sigmoid',
    [builder.node('Reshape', [logits, builder.ints([1, 3])])],
    {},
    { name: 'logits' },
  );
  const softmax = builder.node('Softmax', [builder.node('Reshape', [logits, builder.ints([1, 3, 1, 1])])], {
    axis: 1,
  });
  for (const output of [sigmoid, softmax, logits]) builder.output(output);
  const network = await openBuilt(builder);
  assert.equal(
    network.outputs.map(({ scoreFunction }) => scoreFunction),
    ['sigmoid', 'softmax', 'linear'],
  );
});

test('a layer is found by its name, its tensor and any ending that is its own', async () => {
  const network = await openBuilt(write('ResNet'));
  const named = (layer: string): string => resolveTarget(network, { layer }).layer.name;
  const full = '/layer2/layer2.0/relu/Relu_2';
  for (const name of [
    full,
    `${full}_output_0`,
    'layer2/layer2.0/relu/Relu_2',
    'layer2.0/relu/Relu_2',
    '0/relu/Relu_2',
  ]) {
    if (name.startsWith('0/')) assert.throws(() => named(name), /Several layers are called/);
    else assert.is(named(name), full);
  }
  assert.throws(
    () => named('relu/Relu_1'),
    /Several layers are called .*"\/layer1\/layer1.0\/relu\/Relu_1", "\/layer2/,
  );
  assert.throws(() => named('layer2.0/relu/Rely_2'), /Did you mean "layer2.0\/relu\/Relu_2" or /);
  assert.throws(
    () => named('something/else/entirely/else'),
    /no layer "something\/else\/entirely\/else"\. Layers that/,
  );
});

test('an operation whose weights are not those of its input has no rule, and says why', async () => {
  const builder = new OnnxBuilder(seededRandom(3));
  const x = builder.input('image', [1, 2, 6, 6]);
  const weights = [builder.weight([4, 2, 3, 3]), builder.weight([3])];
  const found = builder.note(builder.node('Conv', [x, ...weights], {}, { name: 'conv' }), [1, 4, 4, 4]);
  builder.output(builder.node('Gemm', [builder.node('Flatten', [found]), builder.weight([64, 3])]));
  const { graph } = await (await openBuilt(builder)).at();
  const [opaque] = graph.nodes.flatMap(({ operation }) => (operation.kind === 'opaque' ? [operation] : []));
  assert.match(opaque?.reason ?? '', /its bias has 3 values, not 4/);
});

test('every layer has a short name, by which it is found', async () => {
  const network = await openBuilt(write('ResNet'));
  const candidates = layerCandidates(network);
  assert.ok(candidates.length > 10);
  for (const { name, shortName } of candidates) {
    assert.ok(name.endsWith(shortName));
    assert.is(resolveTarget(network, { layer: shortName }).layer.name, name);
  }
  const short = new Map(candidates.map(({ name, shortName }) => [name, shortName]));
  assert.is(short.get('/layer2/layer2.0/relu/Relu_2'), 'layer2.0/relu/Relu_2');
  // Other names end in conv1/Conv.
  assert.is(short.get('/conv1/Conv'), '/conv1/Conv');
  // A part of a name is none, but says what may be meant.
  assert.throws(
    () => resolveTarget(network, { layer: 'LAYER2' }),
    /Did you mean "layer2.0\/relu\/Relu_2" or .*Layers that can be explained: .*, and \d+ before them\./,
  );
});

test('open sizes are open, and definite in a network of a size', async () => {
  const network = await openBuilt(write('MobileNetV2', ['height', 'width']));
  assert.equal(network.inputs[0]?.shape, [null, null, 3]);
  const { layer } = resolveTarget(network);
  assert.equal(layer.shape, [null, null, 20]);
  assert.ok(layerCandidates(network).length > 10);
});

test.run();
