import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convNet1d, layerCandidates, resolveTarget, vgg7 } from '../src/index.ts';
import { layerGraph } from '../src/layers/build-layer-graph.ts';
import { describeLayers } from '../src/layers/describe-layers.ts';
import { runLayerGraph } from '../src/layers/run-layer-graph.ts';
import { networkOfLayers } from '../src/network/network-of.ts';
import { defaultTarget } from './support/cut-model.ts';
import { randomizeWeights } from './support/random-weights.ts';

const test = suite('layer graphs');
test.before(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;
type Symbolic = tf.SymbolicTensor;

function call(layer: tf.layers.Layer, ...inputs: Symbolic[]): Symbolic {
  return layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as Symbolic;
}

/** Two convolutions, pooling, and a dense softmax. */
function smallModel(): tf.Sequential {
  const model = tf.sequential({
    layers: [
      layers.conv1d({ inputShape: [8, 2], filters: 3, kernelSize: 3, padding: 'same', name: 'first' }),
      layers.conv1d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'second' }),
      layers.maxPooling1d({ poolSize: 2, name: 'pool' }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ units: 3, activation: 'softmax', name: 'classes' }),
    ],
  });
  randomizeWeights(model, seededRandom(1));
  return model;
}

test('the calls are in topological order, with the head split at its logits', () => {
  const graph = layerGraph(smallModel());
  assert.equal(
    graph.calls.map(({ name, part }) => `${name} ${part}`),
    [
      'first whole',
      'second whole',
      'pool whole',
      'flat whole',
      'classes before-activation',
      'classes activation',
    ],
  );
  const known = new Set(graph.inputs);
  for (const { inputs, outputs } of graph.calls) {
    assert.ok(inputs.every((id) => known.has(id)));
    for (const id of outputs) known.add(id);
  }
  assert.equal(graph.tensors[graph.outputs[0]!.logits]?.shape, [3]);
});

test('probabilities are the softmax of the logits, from one run', () => {
  const model = smallModel();
  const graph = layerGraph(model);
  const [output] = graph.outputs;
  const x = tf.tensor(seededRandom(2).floats(32), [2, 8, 2]);
  const [logits, probabilities] = runLayerGraph(graph, new Map([[graph.inputs[0]!, x]]), [
    output!.logits,
    output!.tensor,
  ]);
  // The same operations as in `predict`, except that none is fused.
  assertClose(probabilities.dataSync(), (model.predict(x) as tf.Tensor).dataSync(), { absolute: 1e-7 });
  assertClose(probabilities.dataSync(), tf.softmax(logits).dataSync(), { absolute: 0 });
});

test('a run leaves the model as it was and no tensor but its results', () => {
  const model = smallModel();
  const dense = model.getLayer('classes') as tf.layers.Layer & { activation: object };
  const state = (): unknown[] => [
    dense.activation,
    ...model.layers.flatMap((layer) => [layer.inboundNodes.length, layer.outboundNodes.length]),
  ];
  const before = state();
  const graph = layerGraph(model);
  const x = tf.zeros([1, 8, 2]);
  const tensors = tf.memory().numTensors;
  const [logits] = runLayerGraph(graph, new Map([[graph.inputs[0]!, x]]), [graph.outputs[0]!.logits]);
  assert.is(tf.memory().numTensors, tensors + 1);
  logits.dispose();
  assert.not(x.isDisposed, 'feeds belong to the caller');
  state().forEach((item, i) => {
    assert.is(item, before[i]);
  });
});

for (const axis of [-1, 2]) {
  test(`a batch normalisation along axis ${axis} without factors has a gradient, and stays without`, () => {
    const build = (scale: boolean): tf.Sequential => {
      const normalization = layers.batchNormalization({ axis, scale, name: 'n', inputShape: [4, 3, 2] });
      const model = tf.sequential({ layers: [normalization] });
      randomizeWeights(model, seededRandom(4));
      return model;
    };
    const [bare, scaled] = [build(false), build(true)];
    scaled.setWeights([tf.onesLike(scaled.getWeights()[0]!), ...bare.getWeights()]);
    const x = tf.randomUniform([2, 4, 3, 2], -1, 1, 'float32', 1);
    const slopesOf = (model: tf.LayersModel): tf.Tensor => {
      const graph = layerGraph(model);
      const { inputs, outputs } = graph;
      return tf.grad((a) => runLayerGraph(graph, new Map([[inputs[0]!, a]]), [outputs[0]!.logits])[0])(x, x);
    };
    const [found, expected] = [slopesOf(bare), slopesOf(scaled)];
    assert.ok(expected.dataSync().every((slope) => slope !== 0));
    assert.equal(Array.from(found.dataSync()), Array.from(expected.dataSync()));
    assert.is(bare.layers[0]!.getConfig()['scale'], false);
    assert.is(bare.getWeights().length, 3);
  });
}

test('the activation of a layer is put back when the layer fails', () => {
  const model = smallModel();
  const graph = layerGraph(model);
  const dense = model.getLayer('classes') as tf.layers.Layer & { activation: object };
  const { activation } = dense;
  const head = graph.calls.find(({ part }) => part === 'before-activation')!;
  const flat = tf.zeros([1, 12]);
  const tensors = tf.memory().numTensors;
  dense.call = () => {
    throw new Error('out of memory');
  };
  throwsModelError(
    () => runLayerGraph(graph, new Map([[head.inputs[0]!, flat]]), head.outputs),
    'invalid-input',
    /"classes" \(Dense\) failed on \[1, 12\]: out of memory/,
  );
  assert.is(dense.activation, activation);
  assert.is(tf.memory().numTensors, tensors);
});

test('feeds cut the graph: nothing behind them is run', () => {
  const model = smallModel();
  const graph = layerGraph(model);
  model.getLayer('first').call = () => {
    throw new Error('should not run');
  };
  const target = describeLayers(graph).find(({ name }) => name === 'second')!;
  const activation = tf.ones([2, 6, 4]);
  const [logits] = runLayerGraph(graph, new Map([[target.tensor, activation]]), [graph.outputs[0]!.logits]);
  assert.equal(logits.shape, [2, 3]);
});

test('a tensor that is fed and fetched is a copy; one fetched twice, two', () => {
  const graph = layerGraph(smallModel());
  const x = tf.zeros([1, 8, 2]);
  const [fed, a, b] = runLayerGraph(graph, new Map([[graph.inputs[0]!, x]]), [
    graph.inputs[0]!,
    graph.outputs[0]!.logits,
    graph.outputs[0]!.logits,
  ]);
  tf.dispose([fed, a]);
  assert.not(x.isDisposed);
  assert.is(b.dataSync().length, 3);
});

test('a missing input and a wrong shape are told', () => {
  const graph = layerGraph(smallModel());
  const logits = graph.outputs[0]!.logits;
  throwsModelError(() => runLayerGraph(graph, new Map(), [logits]), 'invalid-input', /Input 1 .* not given/);
  throwsModelError(
    () => runLayerGraph(graph, new Map([[graph.inputs[0]!, tf.zeros([1, 9, 2])]]), [logits]),
    'invalid-input',
    /\[\?, 8, 2\] was expected, but one of shape \[1, 9, 2\]/,
  );
});

test('the default targets are the last feature maps', () => {
  const name = defaultTarget;
  assert.is(name(smallModel()), 'second');
  assert.is(name(convNet1d()), 'conv1d_2');
  assert.is(name(vgg7({ inputShape: [32, 32, 3] })), 'conv2d_3');

  const input = tf.input({ shape: [8, 8, 3] });
  const feature = call(layers.conv2d({ filters: 4, kernelSize: 3, name: 'feature' }), input);
  const pooled = call(layers.globalAveragePooling2d({}), feature);
  const place = call(layers.reshape({ targetShape: [1, 1, 4] }), pooled);
  const classes = call(layers.conv2d({ filters: 3, kernelSize: 1, activation: 'softmax' }), place);
  const outputs = call(layers.reshape({ targetShape: [3] }), classes);
  assert.is(name(tf.model({ inputs: input, outputs })), 'feature', 'one position is no map');
});

test('candidates have channels and positions and lead to the output', () => {
  const input = tf.input({ shape: [8, 2] });
  const a = call(layers.conv1d({ filters: 3, kernelSize: 3, name: 'a' }), input);
  const b = call(layers.conv1d({ filters: 4, kernelSize: 3, name: 'b' }), input);
  const [left, right] = [a, b].map((x, i) =>
    call(layers.dense({ units: 2, name: `out${String(i)}` }), call(layers.flatten(), x)),
  );
  const network = networkOfLayers(tf.model({ inputs: input, outputs: [left!, right!] }));
  assert.equal(layerCandidates(network, 'out0'), [
    { name: 'a', shortName: 'a', type: 'Conv1D', shape: [6, 3], calls: 1 },
  ]);
  throwsModelError(
    () => resolveTarget(network, { layer: 'b', output: 'out0' }),
    'unsupported-layer',
    /"b" does not lead to the output "out0"\. Layers that can be explained: "a" \[6, 3\]/,
  );
});

test('unsuitable targets are refused with the reason and the candidates', () => {
  const network = networkOfLayers(smallModel());
  const refused = (layer: string, code: string, message: RegExp, index?: number): void => {
    throwsModelError(() => resolveTarget(network, { layer, call: index }), code, message);
  };
  refused('third', 'unknown-layer', /no layer "third".*"first" \[8, 3\], "second" \[6, 4\], "pool" \[3, 4\]/);
  refused('flat', 'unsupported-layer', /"flat" yields \[12\], which has no positions.*"second"/);
  refused('second', 'unknown-layer', /has no call 1: it is called 1 time/, 1);
  throwsModelError(
    () => resolveTarget(network, { output: 'x' }),
    'invalid-option',
    /no output "x".*"classes"/,
  );

  const dense = tf.sequential({ layers: [layers.dense({ inputShape: [3], units: 2 })] });
  throwsModelError(() => resolveTarget(networkOfLayers(dense)), 'unsupported-layer', /no feature map/);
});

test('a layer that keeps its channels first is no target', () => {
  const model = tf.sequential({
    layers: [
      layers.conv2d({
        inputShape: [2, 6, 6],
        filters: 3,
        kernelSize: 3,
        dataFormat: 'channelsFirst',
        name: 'c',
      }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
  });
  throwsModelError(
    () => resolveTarget(networkOfLayers(model), { layer: 'c' }),
    'unsupported-layer',
    /channels first/,
  );
});

test('namesakes in different models are told apart by the names of their models', () => {
  const tower = (name: string): tf.LayersModel => {
    const input = tf.input({ shape: [8, 2] });
    return tf.model({
      name,
      inputs: input,
      outputs: call(layers.conv1d({ filters: 3, kernelSize: 3, name: 'conv' }), input),
    });
  };
  const input = tf.input({ shape: [8, 2] });
  const joined = call(layers.add(), call(tower('left'), input), call(tower('right'), input));
  const outputs = call(layers.dense({ units: 2 }), call(layers.flatten(), joined));
  const network = networkOfLayers(tf.model({ inputs: input, outputs }));
  assert.is(resolveTarget(network, { layer: 'right/conv' }).layer.name, 'right/conv');
  throwsModelError(
    () => resolveTarget(network, { layer: 'conv' }),
    'unknown-layer',
    /"left\/conv", "right\/conv"/,
  );
});

test('masks are refused where a layer reads them, and only there', () => {
  const embedded = (reader: tf.layers.Layer): tf.LayersModel =>
    tf.sequential({
      layers: [
        layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 7, maskZero: true, name: 'words' }),
        reader,
        layers.flatten(),
        layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
  const convolution = layers.conv1d({ filters: 2, kernelSize: 3, name: 'feature' });
  assert.is(defaultTarget(embedded(convolution)), 'feature');
  throwsModelError(
    () => layerGraph(embedded(layers.lstm({ units: 2, returnSequences: true, name: 'memory' }))),
    'unsupported-layer',
    /"memory" reads the mask that "words" makes/,
  );
});

test('a batch normalisation behind an activation gives way to the activation', () => {
  const body = (order: readonly ('bn' | 'relu')[], activation: 'relu' | 'linear'): string => {
    const model = tf.sequential();
    model.add(layers.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3, activation, name: 'conv' }));
    for (const kind of order) {
      model.add(kind === 'bn' ? layers.batchNormalization({ name: 'bn' }) : layers.reLU({ name: 'relu' }));
    }
    model.add(layers.globalAveragePooling2d({}));
    model.add(layers.dense({ units: 2, activation: 'softmax' }));
    return defaultTarget(model);
  };
  assert.is(body(['bn'], 'relu'), 'conv');
  assert.is(body(['relu', 'bn'], 'linear'), 'relu');
  assert.is(body(['bn', 'relu'], 'linear'), 'relu');
  assert.is(body(['bn'], 'linear'), 'bn');
});

test('a network of channels first says so', () => {
  const model = tf.sequential({
    layers: [
      layers.conv2d({
        inputShape: [2, 6, 6],
        filters: 3,
        kernelSize: 3,
        dataFormat: 'channelsFirst',
        name: 'c',
      }),
      layers.globalAveragePooling2d({ dataFormat: 'channelsFirst' }),
      layers.dense({ units: 2 }),
    ],
  });
  throwsModelError(
    () => resolveTarget(networkOfLayers(model)),
    'unsupported-layer',
    /channels first \("c" \[3, 4, 4\]\)/,
  );
});

test('sizes that leave a layer nothing are refused before anything runs', async () => {
  const model = tf.sequential({
    layers: [
      layers.conv2d({ inputShape: [null, null, 1], filters: 2, kernelSize: 3 }),
      layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
      layers.conv2d({ filters: 2, kernelSize: 3, name: 'last' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 2 }),
    ],
  });
  for (const [size, layer] of [
    [6, 'last'],
    [3, 'pool'],
    [2, 'conv2d_Conv2D'],
  ] as const) {
    const error = await networkOfLayers(model)
      .at([[size, size, 1]])
      .catch((reason: unknown) => reason as Error & { code: string });
    assert.instance(error, Error);
    assert.is((error as Error & { code: string }).code, 'invalid-input');
    assert.match((error as Error).message, /too small for the model: layer/);
    if (layer !== 'conv2d_Conv2D') assert.match((error as Error).message, new RegExp(`"${layer}"`));
  }
  assert.equal((await networkOfLayers(model).at([[8, 8, 1]])).layers[2]!.shape, [1, 1, 2]);
});

test('weights that changed give another network; the same ones the same', async () => {
  const model = smallModel();
  const network = networkOfLayers(model);
  const first = await network.at();
  assert.is(await network.at(), first);
  assert.ok(first.isCurrent);
  const access = network.weights!;
  const own = await access.read('second');
  await access.write('second', own);
  assert.is(await network.at(), first, 'the same values were written');
  await access.write(
    'second',
    own.map(({ values, shape }) => ({ shape, values: values.map((value) => -value) })),
  );
  await access.write('second', own);
  assert.is(await network.at(), first, 'the same values were put back');
  model.getLayer('second').setWeights(own.map(({ values, shape }) => tf.tensor(values, [...shape]).mul(2)));
  assert.not(first.isCurrent);
  const second = await network.at();
  assert.is.not(second, first);
  const kernelOf = ({ graph }: typeof first): Float32Array =>
    graph.nodes.flatMap(({ name, operation }) =>
      name === 'second' && operation.kind === 'convolution' ? [operation.kernel] : [],
    )[0]!;
  assert.is(kernelOf(second)[0], 2 * kernelOf(first)[0]!);
});

function throwsModelError(run: () => unknown, code: string, message: RegExp): void {
  assert.throws(run, (error: Error & { code?: string }) => {
    assert.is(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
}

test.run();
