import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLayersModel, loadModel, networkOf, resolveTarget, type NamedFile } from '../src/index.ts';
import { GraphModelBuilder } from './support/graph-model/graph-model-builder.ts';
import { smallGraphModel } from './support/graph-model/small-graph-model.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('GraphModels, loaded and run');

test.before(async () => {
  await tf.setBackend('cpu');
});

/** `test` with a check that no tensor is left over. */
function tidyTest(name: string, run: () => Promise<void>): void {
  test(name, async () => {
    const before = tf.memory().numTensors;
    await run();
    assert.is(tf.memory().numTensors, before, 'tensors are left over');
  });
}

/** `description` as model.json, and other files. */
function changed(files: readonly NamedFile[], change: (description: Description) => void): NamedFile[] {
  const [main, ...others] = files;
  const description = JSON.parse(new TextDecoder().decode(main?.bytes)) as Description;
  change(description);
  return [{ name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(description)) }, ...others];
}

interface Description {
  format?: unknown;
  signature?: unknown;
  userDefinedMetadata?: unknown;
  modelTopology: {
    node: { name: unknown; op: unknown; input?: unknown; attr?: unknown }[];
    library?: unknown;
  };
  weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[];
}

tidyTest('a folder of files becomes a network that gives what TensorFlow.js predicts', async () => {
  const builder = smallGraphModel();
  const { network, format, model, parameters, metadata, dispose } = await loadModel(
    builder.files({ userDefinedMetadata: { classNames: ['a', 'b', 'c'] } }),
  );
  assert.is(format, 'tfjs-graph');
  assert.is(model, null);
  assert.is(parameters, 3 * 3 * 2 * 4 + 4 + 3 * 3 * 4 + 4 + 4 * 3 + 3);
  assert.equal(metadata.classNames, ['a', 'b', 'c']);
  assert.equal(network.inputs, [{ name: 'image', shape: [null, null, 2] }]);
  assert.equal(network.outputs, [{ name: 'scores', shape: [3], scoreFunction: 'softmax' }]);
  const own = await builder.load();
  for (const [height, width] of [
    [7, 9],
    [12, 5],
  ] as const) {
    const sized = await network.at([[height, width, 2]]);
    const x = tf.tensor4d(builder.random.floats(3 * height * width * 2), [3, height, width, 2]);
    const [wanted] = [own.predict(x)].flat() as tf.Tensor[];
    const [found] = sized.run(new Map([[sized.graph.inputs[0] ?? 0, x]]), [
      sized.graph.outputs[0]?.node ?? 0,
    ]);
    assertClose(await found.data(), (await wanted?.data()) ?? [], { absolute: 1e-6 });
    tf.dispose([x, wanted, found]);
  }
  own.dispose();
  dispose();
});

tidyTest('layers are shown by the shortest ending of their path, and found by any', async () => {
  const { network, dispose } = await loadModel(smallGraphModel().files());
  assert.equal(
    network.layers.map(({ name }) => name),
    ['first/Relu6', 'depthwise', 'add', 'second/Relu6', 'Mean', 'BiasAdd', 'Softmax'],
  );
  for (const layer of ['second/Relu6', 'net/second/Relu6', 'StatefulPartitionedCall/net/second/Relu6'])
    assert.is(resolveTarget(network, { layer }).layer.name, 'second/Relu6');
  assert.is(resolveTarget(network).layer.name, 'second/Relu6', 'the last feature map');
  await assertRefused(
    () => resolveTarget(network, { layer: 'Relu6' }),
    'unknown-layer',
    /first\/Relu6.*second\/Relu6/,
  );
  dispose();
});

tidyTest('a tf.GraphModel is a network, once', async () => {
  const builder = smallGraphModel();
  const model = await builder.load();
  const network = await networkOf(model);
  assert.is(await networkOf(model), network);
  const { network: read, dispose } = await loadModel(builder.files());
  assert.equal(network.layers, read.layers);
  // Streamed weights are nowhere but on the backend.
  const streamed = await builder.load(true);
  assert.equal((await networkOf(streamed)).layers, read.layers);
  streamed.dispose();
  assert.equal(network.outputs, read.outputs);
  dispose();
  model.dispose();
});

tidyTest('weights in fewer bytes are read as TensorFlow.js reads them', async () => {
  const builder = new GraphModelBuilder(seededRandom(4));
  const x = builder.input('x', [1, 5]);
  const bytes = Uint8Array.from({ length: 10 }, (_, i) => 23 * i);
  const halves = new Uint8Array(Uint16Array.from({ length: 10 }, (_, i) => 0x2c00 + 517 * i).buffer);
  const words = new Uint8Array(Uint16Array.from({ length: 10 }, (_, i) => 6007 * i).buffer);
  const stored = [
    builder.constant([5, 2], 'float32', bytes, { dtype: 'uint8', scale: 0.013, min: -1.4 }),
    builder.constant([5, 2], 'float32', words, { dtype: 'uint16', scale: 0.00004, min: -1.2 }),
    builder.constant([5, 2], 'float32', halves, { dtype: 'float16' }),
  ];
  const products = stored.map((weight) => builder.node('MatMul', [x, weight]));
  builder.output(builder.node('ConcatV2', [...products, builder.int(1)], { N: 3 }));
  const { network, dispose } = await loadModel(builder.files());
  const sized = await network.at();
  const input = tf.tensor2d(builder.random.floats(5), [1, 5]);
  const model = await builder.load();
  const [wanted] = [model.predict(input)].flat() as tf.Tensor[];
  const [found] = sized.run(new Map([[sized.graph.inputs[0] ?? 0, input]]), [
    sized.graph.outputs[0]?.node ?? 0,
  ]);
  assertClose(await found.data(), (await wanted?.data()) ?? [], { absolute: 1e-6 });
  tf.dispose([input, wanted, found]);
  dispose();
  model.dispose();
});

tidyTest('channels that lie first in the file lie last in the network', async () => {
  const build = (isFirst: boolean): GraphModelBuilder => {
    const b = new GraphModelBuilder(seededRandom(5));
    const x = b.input('x', isFirst ? [1, 2, 7, 6] : [1, 7, 6, 2]);
    const ordered = (values: readonly number[]): number[] =>
      isFirst ? [values[0] ?? 1, values[3] ?? 1, values[1] ?? 1, values[2] ?? 1] : [...values];
    const format = { data_format: isFirst ? 'NCHW' : 'NHWC' };
    const sliding = { ...format, padding: 'SAME', strides: ordered([1, 2, 1, 1]), dilations: [1, 1, 1, 1] };
    const convolved = b.node('Conv2D', [x, b.weight([3, 3, 2, 4])], sliding);
    const biased = b.node('BiasAdd', [convolved, b.weight([4])], format);
    const statistics = [b.weight([4]), b.weight([4]), b.weight([4]), b.floats([4], [1, 2, 0.5, 3])];
    const normalized = b.node('FusedBatchNormV3', [biased, ...statistics], { ...format, epsilon: 0.01 });
    const pooled = b.node('MaxPool', [normalized], { ...sliding, ksize: ordered([1, 2, 2, 1]) });
    b.output(b.node('Mean', [pooled, b.ints(isFirst ? [2, 3] : [1, 2])]), 'y');
    return b;
  };
  const { network, dispose } = await loadModel(build(true).files());
  assert.equal(network.inputs[0]?.shape, [7, 6, 2]);
  const last = build(false);
  const model = await last.load();
  const x = tf.tensor4d(last.random.floats(84), [1, 7, 6, 2]);
  const [wanted] = [model.predict(x)].flat() as tf.Tensor[];
  const sized = await network.at();
  const [found] = sized.run(new Map([[sized.graph.inputs[0] ?? 0, x]]), [sized.graph.outputs[0]?.node ?? 0]);
  assertClose(await found.data(), (await wanted?.data()) ?? [], { absolute: 1e-5 });
  tf.dispose([x, wanted, found]);
  dispose();
  model.dispose();
});

tidyTest('without a signature inputs and outputs are the ends of the graph', async () => {
  const { network, dispose } = await loadModel(
    smallGraphModel().files({ signature: undefined, format: undefined }),
  );
  assert.equal(
    [network.inputs[0]?.name, network.outputs[0]?.name],
    ['image', 'StatefulPartitionedCall/net/Softmax'],
  );
  dispose();
});

tidyTest(
  'outputs that need control flow are left out; where there is no other, a sentence says why',
  async () => {
    const build = (hasOther: boolean): GraphModelBuilder => {
      const b = new GraphModelBuilder(seededRandom(6));
      const x = b.input('x', [1, 4]);
      if (hasOther) b.output(b.node('Relu', [x]), 'known');
      const loop = b.node('Merge', [b.node('Enter', [x], { frame_name: 'f' }), 'next'], {}, 'merge');
      b.node('NextIteration', [b.node('Tanh', [loop])], {}, 'next');
      b.output(b.node('Exit', [loop]), 'looped');
      return b;
    };
    const { network, dispose } = await loadModel(build(true).files());
    assert.equal(
      network.outputs.map(({ name }) => name),
      ['known'],
    );
    dispose();
    await assertRefused(
      () => loadModel(build(false).files()),
      'unsupported-layer',
      /Enter.*Choose an output/,
    );
  },
);

tidyTest('broken files are refused with the place', async () => {
  const files = smallGraphModel().files();
  const refuse = (
    change: (description: Description) => void,
    code: 'invalid-file' | 'unsupported-format' | 'unsupported-layer' | 'not-found',
    pattern: RegExp,
  ): Promise<void> => assertRefused(() => loadModel(changed(files, change)), code, pattern);
  await refuse((d) => void (d.modelTopology.node = null as never), 'invalid-file', /modelTopology\.node/);
  await refuse(
    (d) => void (d.modelTopology.node[2] = { name: 1, op: 'Relu' }),
    'invalid-file',
    /node\[2\]\.name/,
  );
  await refuse(
    (d) => void (d.modelTopology.node.at(-1)!.input = ['gone']),
    'invalid-file',
    /nobody makes.*gone/,
  );
  await refuse(
    (d) => void (d.modelTopology.node.at(-1)!.input = ['StatefulPartitionedCall/net/Softmax']),
    'invalid-file',
    /waits for itself/,
  );
  await refuse(
    (d) => void d.weightsManifest[0]?.weights.pop(),
    'invalid-file',
    /all that the weightsManifest|truncated/,
  );
  await refuse((d) => void (d.weightsManifest[0]!.paths[1] = 'shard9'), 'not-found', /shard9/);
  await refuse((d) => void (d.weightsManifest = []), 'invalid-file', /names no weights/);
  await assertRefused(
    () => loadModel([...files.slice(0, 2), { name: 'group1-shard2of2', bytes: new Uint8Array(3) }]),
    'invalid-file',
    /truncated/,
  );
  await assertRefused(() => loadLayersModel(files), 'unsupported-format', /GraphModel.*tfjs_layers_model/);
});

test.run();
