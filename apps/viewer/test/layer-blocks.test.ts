import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LayerDescription } from '../src/protocol/descriptions.ts';
import { blocksOf, foundLayers } from '../src/state/layer-blocks.ts';

const test = suite('blocks of layers');

const layer = (name: string, type: string, ...inputs: string[]): LayerDescription => ({
  name,
  type,
  shape: [8, 8, 4],
  inputs,
  isCandidate: true,
});
/** Layers of which each follows the one before. */
const chain = (...named: readonly (readonly [string, string])[]): LayerDescription[] =>
  named.map(([name, type], i) =>
    layer(name, type, ...named.slice(Math.max(0, i - 1), i).map(([before]) => before)),
  );
const shown = (layers: readonly LayerDescription[]): readonly string[] =>
  blocksOf(layers).map(({ name, layers: inside }) => `${name}: ${inside.length}`);

test('a chain is folded by names that count blocks', () => {
  const vgg = chain(
    ['input_1', 'InputLayer'],
    ['block1_conv1', 'Conv2D'],
    ['block1_conv2', 'Conv2D'],
    ['block1_pool', 'MaxPooling2D'],
    ['block2_conv1', 'Conv2D'],
    ['block2_pool', 'MaxPooling2D'],
    ['flatten', 'Flatten'],
    ['fc1', 'Dense'],
  );
  assert.equal(shown(vgg), ['input_1: 1', 'block1: 3', 'block2: 2', 'flatten: 1', 'fc1: 1']);
  const mobile = chain(
    ['conv_dw_1', 'DepthwiseConv2D'],
    ['conv_dw_1_bn', 'BatchNormalization'],
    ['block_2_expand', 'Conv2D'],
    ['block_2_expand_BN', 'BatchNormalization'],
    ['block_2_project', 'Conv2D'],
  );
  assert.equal(shown(mobile), ['conv_dw_1: 2', 'block_2: 3']);
});

test('a chain without such names is folded behind each convolution', () => {
  const plain = chain(
    ['conv2d_7', 'Conv2D'],
    ['batch_normalization_7', 'BatchNormalization'],
    ['activation_7', 'Activation'],
    ['conv2d_8', 'Conv2D'],
    ['activation_8', 'Activation'],
  );
  assert.equal(shown(plain), ['conv2d_7: 3', 'conv2d_8: 2']);
});

test('branches are those of the graph, up to the layer that joins them', () => {
  const inception = [
    layer('pool', 'MaxPooling2D'),
    layer('conv2d_1', 'Conv2D', 'pool'),
    layer('conv2d_2', 'Conv2D', 'pool'),
    layer('conv2d_3', 'Conv2D', 'conv2d_2'),
    layer('average_pooling', 'AveragePooling2D', 'pool'),
    // One branch that parts and comes together again.
    layer('conv2d_4', 'Conv2D', 'average_pooling'),
    layer('conv2d_5', 'Conv2D', 'average_pooling'),
    layer('concatenate', 'Concatenate', 'conv2d_4', 'conv2d_5'),
    layer('mixed0', 'Concatenate', 'conv2d_1', 'conv2d_3', 'concatenate'),
    layer('dense', 'Dense', 'mixed0'),
  ];
  const [, mixed, dense] = blocksOf(inception);
  assert.ok(mixed);
  assert.is(mixed.name, 'mixed0');
  assert.equal(
    mixed.branches.map((branch) => branch.map(({ name }) => name)),
    [['conv2d_1'], ['conv2d_2', 'conv2d_3'], ['average_pooling', 'conv2d_4', 'conv2d_5', 'concatenate']],
  );
  assert.is(mixed.hasSkip, false);
  assert.is(dense?.name, 'dense');
});

test('a residual block knows what is passed on as it is, and keeps its activation', () => {
  const residual = [
    layer('conv2_block1_out', 'Activation'),
    layer('conv2_block2_1_conv', 'Conv2D', 'conv2_block1_out'),
    layer('conv2_block2_1_bn', 'BatchNormalization', 'conv2_block2_1_conv'),
    layer('conv2_block2_2_conv', 'Conv2D', 'conv2_block2_1_bn'),
    layer('conv2_block2_add', 'Add', 'conv2_block1_out', 'conv2_block2_2_conv'),
    layer('conv2_block2_out', 'Activation', 'conv2_block2_add'),
  ];
  const [, block] = blocksOf(residual);
  assert.equal(
    [block?.name, block?.layers.length, block?.branches.length, block?.hasSkip],
    ['conv2_block2', 5, 1, true],
  );
  assert.equal(
    block?.rest.map(({ name }) => name),
    ['conv2_block2_add', 'conv2_block2_out'],
  );
});

test('layers are found by words of their names and types', () => {
  const layers = chain(['mixed0_conv', 'Conv2D'], ['mixed1_conv', 'Conv2D'], ['mixed1_pool', 'MaxPooling2D']);
  const found = foundLayers(layers, ' conv MIXED1').map(({ name }) => name);
  assert.equal(found, ['mixed1_conv']);
});

test.run();
