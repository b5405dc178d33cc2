import { readFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('the example of the README');

test('is the file that the next test runs', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const example = await readFile(new URL('../examples/explain.ts', import.meta.url), 'utf8');
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  assert.equal(blocks, [example]);
});

test('runs, and prints what it says', async () => {
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

test.run();
