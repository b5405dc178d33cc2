import { readFile } from 'node:fs/promises';
import { smallOnnx } from '@ablation-cam/model/testing';
import { seededRandom } from '@ablation-cam/tools/testing';
import { decode, encode } from 'fast-png';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runGuides } from './support/run-guides.ts';

const test = suite('the code of README and guides');

test('the example of the README is the file that the next test runs', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const example = await readFile(new URL('../examples/explain.ts', import.meta.url), 'utf8');
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  assert.equal(blocks, [example]);
});

test('the example runs, and prints what it says', async () => {
  const lines: string[] = [];
  const log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    await import('../examples/explain.ts');
  } finally {
    console.log = log;
  }
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? '', /^class 2, probability 0\.99\d$/);
  assert.match(lines[1] ?? '', /^25 channels together, on (webgpu|onnxruntime)$/);
  assert.match(lines[2] ?? '', /^most relevant position: \d+ of 40$/);
});

test('the guides run in a folder with a photo and a network, and what they write are pictures', async () => {
  const random = seededRandom(4);
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, () => 256 * random.uniform());
  const { printed, files } = await runGuides({
    'net.onnx': smallOnnx('ResNet'),
    'photo.png': encode({ width: 40, height: 30, channels: 3, depth: 8, data }),
  });
  const linesOf = (guide: string): readonly string[] => printed.get(guide) ?? [];
  assert.match(linesOf('first-explanation').join('\n'), /^2, probability 0\.99\d$/);
  assert.is(linesOf('onnx-from-pytorch').length, 3);
  for (const line of linesOf('onnx-from-pytorch'))
    assert.match(line, /^class [0-4], score -?\d+\.\d{3}, on /);
  assert.is(linesOf('data-sets-and-clusters').length, 20);
  assert.match(
    linesOf('what-a-map-does-not-say').at(-1) ?? '',
    /^its maximum lies in the region; IoU 0\.[4-9]/,
  );
  assert.match(linesOf('kernels-alone').at(-1) ?? '', /^Float32Array\(2\) \[ 1, 0 \]$/);

  const pictures = [...files].filter(([name]) => name !== 'photo.png' && name.endsWith('.png'));
  assert.is(pictures.length, 4, 'a signal, and a class for each line');
  for (const [name, bytes] of pictures) {
    const { data: pixels } = decode(bytes);
    assert.ok(new Set(pixels).size > 50, `${name} has colors`);
  }
});

test.run();
