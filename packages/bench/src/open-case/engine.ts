import type { ExecutorName } from '@ablation-cam/kernels';
import type { BenchBackend } from './runtime.ts';

/** What runs networks and plans: TensorFlow.js's backends, and ONNX Runtime. */
export type Engine = BenchBackend | 'onnxruntime';

/** Every engine, in the order of reports. */
export const ENGINES: readonly Engine[] = ['wasm', 'onnxruntime', 'webgpu'];

export const ENGINE_TITLES: Readonly<Record<Engine, string>> = {
  wasm: 'TF.js WASM',
  onnxruntime: 'ONNX Runtime',
  webgpu: 'TF.js WebGPU',
};

/** What runs an ablation's plan on an engine. */
export const ENGINE_EXECUTORS: Readonly<Record<Engine, ExecutorName>> = {
  wasm: 'tfjs',
  onnxruntime: 'onnxruntime',
  webgpu: 'webgpu',
};

/** TensorFlow.js's backend beside an engine: where the network's tensors are, and where gradients are taken. */
export function backendOf(engine: Engine): BenchBackend {
  return engine === 'webgpu' ? 'webgpu' : 'wasm';
}
