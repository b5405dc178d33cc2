import * as tf from '@tensorflow/tfjs';
import type { LiveNetwork } from '../open-case/live-network.ts';
import { ENGINES, type Engine } from '../open-case/engine.ts';
import type { BenchBackend } from '../open-case/runtime.ts';
import type { OpenCase } from '../open-case/open-case.ts';
import type { ExecutorLabel, BenchStrategy } from './strategy.ts';

export const benchBackends: readonly BenchBackend[] = ['webgpu', 'wasm'];

export const labels: Readonly<Record<Engine, ExecutorLabel>> = {
  webgpu: 'tfjs-webgpu',
  wasm: 'tfjs-wasm',
  onnxruntime: 'onnxruntime',
};

/** Multiply-adds for which TensorFlow.js on a software GPU takes about half a second, with what it compiles. */
const SLOW_ON_SOFTWARE = 1e6;

/** Why an engine does not run a case; `operations` are those of the shortest run. */
export function engineRefusal(
  { runtime }: OpenCase,
  engine: Engine,
  operations: number,
  isQuick: boolean,
): string | null {
  const absence = runtime.absenceOf(engine);
  if (absence !== null) return absence;
  const isSoftware = engine === 'webgpu' && runtime.device?.adapter.software === true;
  return isQuick && isSoftware && operations > SLOW_ON_SOFTWARE
    ? 'slow on a software adapter; --full has it'
    : null;
}

/** Whether a case has a network before the target, and is not only a tail. */
export function hasNetwork({ operations }: OpenCase): boolean {
  return operations.network !== null;
}

/** Multiply-adds of a pass of the whole network. */
export function networkPass({ batch, operations }: OpenCase): number {
  return batch * (operations.network ?? 0);
}

/** Multiply-adds of a pass of the tail. */
export function tailPass({ batch, operations }: OpenCase): number {
  return batch * operations.tail;
}

/** Softmax of the given logits in float32, `[batch, classes]`: what the loops subtract from. */
export function baseProbabilities({ logits, classes }: Pick<OpenCase, 'logits' | 'classes'>): Float32Array {
  return softmaxRows(logits, classes);
}

/** Softmax of each row of `[rows, classes]`. */
export function softmaxRows(logits: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let first = 0; first < logits.length; first += classes) {
    const row = logits.subarray(first, first + classes);
    const top = Math.max(...row);
    const total = row.reduce((sum, value) => sum + Math.exp(value - top), 0);
    row.forEach((value, c) => (probabilities[first + c] = Math.exp(value - top) / total));
  }
  return probabilities;
}

/** The values that stand for "off", broadcast over positions, or null where all are zero. The caller disposes. */
export function offTensor({ off }: OpenCase, { activation }: LiveNetwork): tf.Tensor | null {
  if (off.every((value) => value === 0)) return null;
  return tf.tensor(off, [...activation.shape.map(() => 1).slice(1), off.length]);
}

/** One strategy for each backend of TensorFlow.js. */
export function onEachBackend(make: (backend: BenchBackend) => BenchStrategy): readonly BenchStrategy[] {
  return benchBackends.map(make);
}

/** One strategy for each engine. */
export function onEachEngine(make: (engine: Engine) => BenchStrategy): readonly BenchStrategy[] {
  return ENGINES.map(make);
}
