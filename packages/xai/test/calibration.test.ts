import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  KernelsError,
  NODE_ONLY,
  planTail,
  referenceExecutor,
  type FoundRuntime,
  type Tail,
} from '@ablation-cam/kernels';
import { useBackend } from '@ablation-cam/model';
import { calibrationTails } from '../src/runtime/calibration/calibration-tails.ts';
import { estimatedMs, workOf } from '../src/runtime/calibration/estimate.ts';
import { fitSpeed } from '../src/runtime/calibration/fit-speed.ts';
import { MachineSpeeds, type KeptSpeeds } from '../src/runtime/calibration/machine-speeds.ts';
import { measureSpeed } from '../src/runtime/calibration/measure-speed.ts';
import { typicalSpeed, type Speed } from '../src/runtime/calibration/speed.ts';
import { ExecutorChoice } from '../src/runtime/choose-executor.ts';

const test = suite('calibration of the executors');

const WITHOUT_GPU = { device: null, absence: 'There is no GPU.' };

test.before(async () => {
  await useBackend('cpu');
});

/** A file in memory. */
function keptIn(file: { text: string | null }): KeptSpeeds {
  return {
    machine: 'a test',
    place: () => Promise.resolve('memory'),
    read: () => (file.text === null ? Promise.reject(new Error('no file')) : Promise.resolve(file.text)),
    write: (text) => {
      file.text = text;
      return Promise.resolve();
    },
  };
}

/** A dense layer of so many channels, behind which nothing has to be done. */
function denseTail(channels: number, hidden: number): Tail {
  const dense = (inputs: number, units: number) =>
    ({ kind: 'dense', units, kernel: new Float32Array(inputs * units).fill(0.1), bias: null }) as const;
  return {
    nodes: [
      { name: 'target', operation: { kind: 'target' }, inputs: [], shape: [channels] },
      { name: 'hidden', operation: dense(channels, hidden), inputs: [0], shape: [hidden] },
      { name: 'relu', operation: { kind: 'activation', function: 'relu' }, inputs: [1], shape: [hidden] },
      { name: 'wide', operation: dense(hidden, hidden), inputs: [2], shape: [hidden] },
      { name: 'again', operation: { kind: 'activation', function: 'relu' }, inputs: [3], shape: [hidden] },
      { name: 'classes', operation: dense(hidden, 2), inputs: [4], shape: [2] },
    ],
    target: 0,
    output: 5,
    scoreFunction: 'softmax',
  };
}

const absent: FoundRuntime = {
  runtime: null,
  version: null,
  absence: 'the package onnxruntime-node is not installed',
};
const present = { runtime: {}, version: '1.99.0', absence: null } as unknown as FoundRuntime;

test('speeds are found again from the times that runs take at them', () => {
  const typical = typicalSpeed('reference');
  const own: Speed = { operations: 2e5, bytes: 1e5, step: 0.01, variant: 0.0005, score: 3e-5 };
  const runs = [...calibrationTails(typical)].map(([decides, tail]) => {
    const work = workOf(planTail(tail));
    return { decides, work, ms: estimatedMs(work, own) };
  });
  const found = fitSpeed(typical, runs);
  for (const run of runs) {
    const ratio = estimatedMs(run.work, found) / run.ms;
    assert.ok(ratio > 0.8 && ratio < 1.25, `${run.decides}: ${String(ratio)} of its time`);
  }
  for (const key of ['step', 'variant', 'operations'] as const) {
    const ratio = found[key] / own[key];
    assert.ok(ratio > 0.6 && ratio < 1.7, `${key}: ${String(found[key])} instead of ${String(own[key])}`);
  }
});

test('an executor is measured, or nothing comes of it where the machine is busy', async () => {
  const speed = await measureSpeed(referenceExecutor(), typicalSpeed('reference'));
  for (const value of Object.values(speed ?? {})) assert.ok(Number.isFinite(value) && value > 0);
});

test('a place is measured once, kept, and read by the next process; a broken file is ignored', async () => {
  const file: { text: string | null } = { text: '{"speeds": {"reference": {"operations": -1' };
  const own = { ...typicalSpeed('reference'), operations: 123_456 };
  let measured = 0;
  const measure = (): Promise<Speed> => {
    measured++;
    return Promise.resolve(own);
  };
  const first = new MachineSpeeds(keptIn(file), measure);
  await first.measure('reference', referenceExecutor());
  await first.measure('reference', referenceExecutor());
  assert.is(measured, 1);
  assert.equal(first.speedOf('reference'), own);
  const second = new MachineSpeeds(keptIn(file), measure);
  await second.load();
  assert.ok(second.isMeasured('reference'));
  await second.measure('reference', referenceExecutor());
  assert.is(measured, 1);
  assert.equal(second.speedOf('reference'), own);
});

test('what was not measured is as much slower as what was', async () => {
  const { operations, bytes, step, variant, score } = typicalSpeed('reference');
  const half = {
    operations: operations / 2,
    bytes: bytes / 2,
    step: step * 2,
    variant: variant * 2,
    score: score * 2,
  };
  const speeds = new MachineSpeeds(null, () => Promise.resolve(half));
  await speeds.measure('reference', referenceExecutor());
  const ratio = typicalSpeed('tfjs-wasm').operations / speeds.speedOf('tfjs-wasm').operations;
  assert.ok(Math.abs(ratio - 2) < 1e-9);
});

test('nothing is measured for a plan that takes no time anywhere', async () => {
  const speeds = new MachineSpeeds(null, () => Promise.reject(new Error('measured')));
  const machine = { speeds, findOnnxRuntime: () => Promise.reject(new Error('looked for')) };
  const { choice } = await new ExecutorChoice(denseTail(4, 4), machine).choose('auto', WITHOUT_GPU, 1);
  assert.is(choice.chosen, 'reference');
  assert.match(choice.reason, /^There is no GPU; by its cost the plan takes about /);
});

test('a plan that goes along with the network on ONNX Runtime is not weighed against others', async () => {
  const speeds = new MachineSpeeds(null, () => Promise.reject(new Error('measured')));
  const machine = { speeds, findOnnxRuntime: () => Promise.reject(new Error('looked for')) };
  const choice = new ExecutorChoice(denseTail(4, 4), machine);
  const together = (await choice.choose('auto', WITHOUT_GPU, 1, true)).choice;
  assert.is(together.chosen, 'onnxruntime');
  assert.is(together.reason, 'There is no GPU; in one program with the forward pass');
  assert.is((await choice.choose('reference', WITHOUT_GPU, 1, true)).choice.chosen, 'reference');
});

test('the executor that is fastest on this machine is taken, and the reason says so', async () => {
  for (const fastest of ['onnxruntime', 'tfjs', 'reference'] as const) {
    const speeds = new MachineSpeeds(null, ({ name }, typical) => {
      const operations = name === fastest ? 1e8 : 1e6;
      return Promise.resolve({ ...typical, operations, bytes: operations });
    });
    // All are slow enough to be worth measuring, and none is out of question before.
    for (const place of ['tfjs-cpu', 'reference', 'onnxruntime-1.99.0'] as const) {
      const name = place === 'tfjs-cpu' ? 'tfjs' : place === 'reference' ? 'reference' : 'onnxruntime';
      await speeds.measure(place, { ...referenceExecutor(), name });
    }
    const machine = { speeds, findOnnxRuntime: () => Promise.resolve(present) };
    const { choice } = await new ExecutorChoice(denseTail(256, 256), machine).choose('auto', WITHOUT_GPU, 16);
    assert.is(choice.chosen, fastest);
    assert.match(choice.reason, /by this machine's calibration the plan takes about .* here, .* on /);
  }
});

test('without ONNX Runtime, or with a broken one, the others are chosen from, and the reason says why', async () => {
  const measure = (_: unknown, typical: Speed): Promise<Speed> => Promise.resolve(typical);
  const tail = denseTail(256, 256);
  const missing = {
    speeds: new MachineSpeeds(null, measure),
    findOnnxRuntime: () => Promise.resolve(absent),
  };
  const { choice } = await new ExecutorChoice(tail, missing).choose('auto', WITHOUT_GPU, 16);
  assert.ok(['tfjs', 'reference'].includes(choice.chosen));
  assert.match(choice.reason, 'not on ONNX Runtime: the package onnxruntime-node is not installed;');

  const failing = new MachineSpeeds(null, ({ name }, typical) =>
    name === 'onnxruntime'
      ? Promise.reject(new KernelsError('runtime-failed', 'ONNX Runtime failed: no such library.'))
      : Promise.resolve(typical),
  );
  const broken = { speeds: failing, findOnnxRuntime: () => Promise.resolve(present) };
  const other = (await new ExecutorChoice(tail, broken).choose('auto', WITHOUT_GPU, 16)).choice;
  assert.ok(['tfjs', 'reference'].includes(other.chosen));
  assert.match(other.reason, 'not on ONNX Runtime: ONNX Runtime failed: no such library;');
});

test('a page, which has no choice, says nothing of ONNX Runtime', async () => {
  const found: FoundRuntime = { runtime: null, version: null, absence: NODE_ONLY };
  const speeds = new MachineSpeeds(null, (_, typical) => Promise.resolve(typical));
  const machine = { speeds, findOnnxRuntime: () => Promise.resolve(found) };
  const { choice } = await new ExecutorChoice(denseTail(256, 256), machine).choose('auto', WITHOUT_GPU, 16);
  assert.not.ok(choice.reason.includes('ONNX'));
});

test.run();
