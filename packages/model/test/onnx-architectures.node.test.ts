import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { architectures } from './support/onnx/architectures.ts';
import { checkOnnx } from './support/onnx/check-onnx.ts';
import { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { TorchLayers } from './support/onnx/torch-layers.ts';

const test = suite('architectures as PyTorch exports them, against ONNX Runtime');

for (const [name, { input, write }] of Object.entries(architectures)) {
  test(name, async () => {
    const builder = new OnnxBuilder(seededRandom(name.length), 14);
    const layers = new TorchLayers(builder, input.length === 3 ? 1 : 2);
    const [, channels = 1, ...positions] = input;
    const logits = write(layers, layers.input('input', channels, ...positions));
    builder.output(logits, ['batch', 5]);
    // Some ten layers of float32, each some roundings of 6e-8 of its largest value.
    const { kinds } = await checkOnnx(builder, [input], { absolute: 1e-5, ofLargest: 1e-5 });
    // Channels are last for good; only a shuffle moves anything.
    assert.is(kinds.filter((kind) => kind === 'permute').length, name === 'ShuffleNet' ? 2 : 0);
  });
}

test.run();
