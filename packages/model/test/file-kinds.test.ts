import { suite } from 'uvu';
import { encodeNpy, loadModel, type NamedFile } from '../src/index.ts';
import { encodeSafetensors } from '../src/files/safetensors.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('files that are no model, by their bytes');

const bytes = (...parts: (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)),
  );

const files: readonly (readonly [name: string, content: Uint8Array, pattern: RegExp])[] = [
  [
    'model.h5',
    bytes('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n'),
    /Git LFS.*git lfs pull/,
  ],
  ['model.json', bytes('\n<!DOCTYPE html><html><head>'), /web page.*Download the file itself/],
  ['model.keras', bytes('<html lang="en">'), /web page/],
  ['model.h5', bytes([0x1c, 0, 0, 0], 'TFL3', [0, 0]), /TFLite.*Keras model it was converted from/],
  ['saved', bytes([0x08, 0x01, 0x12, 0xa0, 0x1f]), /SavedModel.*model\.save\("model\.keras"\)/],
  ['saved_model.pb', bytes([1, 2, 3]), /SavedModel/],
  [
    'best.h5',
    bytes([0x80, 0x02, 0x8a, 0x0a]),
    /PyTorch.*torch\.onnx\.export\(model, example, "model\.onnx"\)/,
  ],
  ['weights', encodeSafetensors({ tensors: [], metadata: {} }), /safetensors.*torch\.onnx\.export/],
  ['model.h5', encodeNpy(Float32Array.of(1), [1]), /\.npy array.*as the input/],
  ['model.h5', bytes(''), /empty/],
  [
    'group.json',
    bytes('[{"paths": ["a.bin"], "weights": []}]'),
    /weights manifest without a network.*tensorflowjs_converter/,
  ],
  ['list.json', bytes('[1, 2]'), /describes no model/],
];

for (const [name, content, pattern] of files) {
  test(`${name}: ${String(pattern)}`, async () => {
    const file: NamedFile = { name, bytes: content };
    const isOther = /TFLite|SavedModel|PyTorch|safetensors|manifest/.test(String(pattern));
    await assertRefused(() => loadModel([file]), isOther ? 'unsupported-format' : 'invalid-file', pattern);
  });
}

test.run();
