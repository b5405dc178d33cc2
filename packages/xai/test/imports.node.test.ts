import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleToRun } from '@ablation-cam/tools/bundle';

const run = promisify(execFile);

const DOORS = [
  '@ablation-cam/kernels',
  '@ablation-cam/model',
  '@ablation-cam/xai',
  '@ablation-cam/xai/drawing',
  '@ablation-cam/xai/metrics',
] as const;

/**
 * Imports what its first argument names, before TensorFlow.js or, with `after` as the second, behind it; prints what that
 * changed, and a sum.
 */
const PROGRAM = `
const [, , name, order] = process.argv;
const doors = { ${DOORS.map((door) => `'${door}': () => import('${door}')`).join(', ')} };
if (order === 'before') await doors[name]();
const tf = await import('@tensorflow/tfjs');

/** Strings by what they tell of, read without starting a backend; functions are told apart by the number they get when they are first seen. */
const seen = new Map();
const numbered = (value) => value && (seen.get(value) ?? seen.set(value, seen.size).get(value));
const state = () => ({
  backends: Object.keys(tf.engine().registryFactory).join(),
  backend: String(tf.engine().backendName),
  kernels: tf.getKernelsForBackend('cpu').map((kernel) => kernel.kernelName + numbered(kernel.kernelFunc)).join(),
  gradients: tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName + numbered(tf.getGradient(kernelName)?.gradFunc)).join(),
  layers: Object.keys(tf.serialization.SerializationMap.getMap().classNameMap).join(),
  tensors: String(tf.engine().state.numTensors),
  globals: Object.getOwnPropertyNames(globalThis).join(),
  gpu: String(globalThis.navigator?.gpu),
  environment: JSON.stringify(process.env),
  listeners: process.eventNames().map((event) => String(event) + process.listenerCount(event)).join(),
});
const before = state();
await doors[name]();
const after = state();
const changed = Object.keys(before).filter((what) => before[what] !== after[what]);
const { backends, gpu } = after;
console.log(JSON.stringify({ changed, backends, gpu, sum: [...tf.tensor1d([1, 2]).sum().dataSync()] }));
`;

const test = suite<{ folder: string }>('imports', { folder: '' });

test.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'ablation-cam-imports-'));
  await bundleToRun('node', {
    stdin: {
      contents: PROGRAM,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      sourcefile: 'program.js',
    },
    entryNames: 'program',
    outExtension: { '.js': '.mjs' },
    outdir: context.folder,
  });
});

test.after(async ({ folder }) => {
  await rm(folder, { recursive: true });
});

for (const door of DOORS) {
  for (const order of ['before', 'after'] as const) {
    test(`${door} ${order} TensorFlow.js changes nothing outside`, async ({ folder }) => {
      const { stdout } = await run(process.execPath, [join(folder, 'program.mjs'), door, order]);
      const { changed, backends, gpu, sum } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
        changed: string[];
        backends: string;
        gpu: string;
        sum: number[];
      };
      assert.equal(changed, []);
      // As TensorFlow.js has them in Node by itself: a backend that has to be awaited would come first, and `dataSync` fail.
      assert.is(backends, 'cpu');
      assert.is(gpu, 'undefined');
      assert.equal(sum, [3]);
    });
  }
}

test.run();
