import { loadModel, type LayerWeight, type Network } from '@ablation-cam/model';
import { smallGraphModel, smallOnnx } from '@ablation-cam/model/testing';
import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ablationCam, gradCam, releaseDevice } from '../src/index.ts';
import { weightRandomization } from '../src/metrics.ts';
import { randomInput } from './support/models.ts';

/** Two sums in single precision. */
const SINGLE_PRECISION = { ofLargest: 1e-4, absolute: 1e-6 };

const test = suite('weights of networks in ONNX files and GraphModels');

test.after(async () => {
  await releaseDevice();
});

/** Two networks that differ in nothing but their weights, and what is asked of them. */
interface Pair {
  readonly open: (seed: number) => Promise<{ readonly network: Network; readonly dispose: () => void }>;
  readonly shape: readonly number[];
  /** Layers with a filter, of which one has it in another order than the other where there are two. */
  readonly filters: readonly string[];
}

const pairs: Readonly<Record<string, Pair>> = {
  'a residual network in ONNX': {
    open: (seed) => loadModel([{ name: 'net.onnx', bytes: smallOnnx('ResNet', seed) }]),
    shape: [32, 30, 3],
    filters: ['/layer2/layer2.0/conv2/Conv'],
  },
  'a network with open sizes as a GraphModel': {
    open: (seed) => loadModel(smallGraphModel(seed).files()),
    shape: [12, 10, 2],
    filters: ['first/Relu6', 'depthwise/depthwise'],
  },
};

for (const [name, { open, shape, filters }] of Object.entries(pairs)) {
  const data = randomInput(shape, 3);
  const options = { backend: 'wasm', score: 'logit', classIndex: 1 } as const;

  test(`${name}: with the weights of another one it computes what that does, and its own come back`, async () => {
    const [mine, other] = [await open(1), await open(2)];
    const { weights } = mine.network;
    if (!weights || !other.network.weights) throw new Error('They have no weights.');
    assert.ok(weights.layers.length > 3);
    const before = await ablationCam(mine.network, data, options);
    const sized = await mine.network.at([shape]);
    const own = new Map<string, readonly LayerWeight[]>();
    for (const layer of weights.layers) {
      own.set(layer, await weights.read(layer));
      await weights.write(layer, await other.network.weights.read(layer));
    }
    assert.not(sized.isCurrent);
    for (const method of [ablationCam, gradCam]) {
      const [found, expected] = [
        await method(mine.network, data, options),
        await method(other.network, data, options),
      ];
      assert.equal(found.explanations[0]?.weights, expected.explanations[0]?.weights);
      assert.equal(found.explanations[0]?.logits, expected.explanations[0]?.logits);
    }
    const native = await ablationCam(mine.network, data, { ...options, backend: 'onnxruntime' });
    const wanted = await ablationCam(other.network, data, options);
    assertClose(
      native.explanations[0]?.weights ?? [],
      wanted.explanations[0]?.weights ?? [NaN],
      SINGLE_PRECISION,
    );
    for (const [layer, values] of own) await weights.write(layer, values);
    const after = await ablationCam(mine.network, data, options);
    assert.equal(after.explanations[0]?.weights, before.explanations[0]?.weights);
    mine.dispose();
    other.dispose();
  });

  for (const layer of filters) {
    test(`${name}: the report's loop, a filter at zero, gives what the plan does at ${layer}`, async () => {
      const { network, dispose } = await open(1);
      const zero = { ...options, layer, ablation: 'zero-kernel' } as const;
      const [planned, naive] = [
        await ablationCam(network, data, { ...zero, executor: 'reference' }),
        await ablationCam(network, data, { ...zero, strategy: 'naive' }),
      ];
      const [found, expected] = [planned, naive].map(({ explanations }) => explanations[0]?.weights ?? [NaN]);
      assertClose(found ?? [], expected ?? [NaN], SINGLE_PRECISION);
      assert.ok(Array.from(expected ?? []).some((weight) => Math.abs(weight) > 1e-4));
      dispose();
    });
  }

  test(`${name}: a sanity check randomizes it layer by layer, and leaves it as it was`, async () => {
    const { network, dispose } = await open(1);
    const before = await gradCam(network, data, options);
    const stages = await weightRandomization(network, data, { method: 'grad-cam', ...options });
    assert.equal(
      stages.map(({ layer }) => layer),
      network.weights?.layers.toReversed(),
    );
    assert.ok((stages.at(-1)?.rankCorrelation.mean ?? 1) < 0.999);
    const after = await gradCam(network, data, options);
    assert.equal(after.explanations[0]?.mapSigned, before.explanations[0]?.mapSigned);
    dispose();
  });
}

test('weights of other shapes, and layers without any, are refused', async () => {
  const { network } = await loadModel(smallGraphModel().files());
  const { weights } = network;
  const refused = async (work: Promise<unknown> | undefined): Promise<string> =>
    String(
      await work?.then(
        () => 'nothing',
        (error: unknown) => error,
      ),
    );
  assert.match(await refused(weights?.read('Softmax')), /no layer "Softmax" with weights/);
  assert.match(
    await refused(weights?.write('first/Relu6', [])),
    /has weights of the shapes \[3, 3, 2, 4\], \[4\], but {2}were given\. Give one of each/,
  );
});

test.run();
