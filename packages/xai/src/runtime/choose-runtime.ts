import * as tf from '@tensorflow/tfjs';
import {
  exposeWebGpu,
  findOnnxRuntime,
  KernelsError,
  NODE_ONLY,
  onnxRuntime,
  type Device,
} from '@ablation-cam/kernels';
import { readyBackend, useBackend, type BackendName } from '@ablation-cam/model';
import type { Choice } from '../explanation/explanation.ts';
import type { AblationCamOptions } from '../methods/options.ts';
import { sharedDevice } from './shared-device.ts';

/** What passes through the network run on: a backend of TensorFlow.js, or ONNX Runtime on the CPU. */
export type ForwardBackend = BackendName | 'onnxruntime';

/** What decides on what an explanation runs. */
export interface RuntimeSettings {
  readonly backend: NonNullable<AblationCamOptions['backend']>;
  /** Null where TensorFlow.js does it all. */
  readonly executor: NonNullable<AblationCamOptions['executor']> | null;
}

/** What an explanation runs on. */
export interface Runtime {
  readonly device: Device | null;
  /** Why there is no device. */
  readonly absence: string | null;
  readonly backend: Choice<ForwardBackend>;
}

/**
 * Makes a backend of TensorFlow.js current and gets the device, where one is wanted. Where ONNX Runtime does the forward pass,
 * TensorFlow.js has the gradients.
 *
 * @param obstacle why ONNX Runtime cannot run the network, or null
 * @throws KernelsError `no-adapter` where WebGPU was asked for and is not to be had, `runtime-missing` likewise
 */
export async function chooseRuntime(
  settings: RuntimeSettings,
  given: Device | undefined,
  obstacle: string | null,
): Promise<Runtime> {
  const { device, absence } = await findDevice(settings, given);
  const requested = settings.backend;
  if (requested === 'onnxruntime') await onnxRuntime();
  // TensorFlow.js's WebGPU backend looks for the globals of a browser.
  if (device && (requested === 'webgpu' || requested === 'auto')) await exposeWebGpu();
  const choice = await useBackend(requested === 'onnxruntime' ? 'auto' : requested, {
    ...(device && {
      device: device.gpu,
      adapterInfo: device.gpu.adapterInfo,
      software: device.adapter.software,
    }),
  });
  const other = { requested, chosen: choice.backend, reason: choice.reason };
  return { device, absence, backend: (await nativeChoice(requested, choice.backend, obstacle)) ?? other };
}

/**
 * ONNX Runtime where it was asked for, or is there and TensorFlow.js would compute on the CPU, too; and why not where it was
 * asked for in vain. Null for TensorFlow.js's own choice.
 *
 * @param backend of TensorFlow.js
 */
async function nativeChoice(
  requested: RuntimeSettings['backend'],
  backend: BackendName,
  obstacle: string | null,
): Promise<Choice<ForwardBackend> | null> {
  if (requested === 'onnxruntime') {
    return obstacle === null
      ? { requested, chosen: 'onnxruntime', reason: 'asked for' }
      : { requested, chosen: backend, reason: `ONNX Runtime cannot run the network: ${obstacle}` };
  }
  if (requested !== 'auto' || backend === 'webgpu') return null;
  const { runtime, absence } = await findOnnxRuntime();
  // A page has no choice: nothing to be said of it.
  if (runtime === null && absence === NODE_ONLY) return null;
  const no = absence ?? obstacle;
  if (no === null) return { requested, chosen: 'onnxruntime', reason: 'the fastest on a CPU' };
  return { requested, chosen: backend, reason: `not on ONNX Runtime: ${no}` };
}

/** Runs `work` and makes the backend current again that was so before, also after an error. */
export async function keepingBackend<T>(work: () => Promise<T>): Promise<T> {
  await readyBackend();
  const before = tf.getBackend();
  try {
    return await work();
  } finally {
    if (tf.getBackend() !== before) await tf.setBackend(before);
  }
}

async function findDevice(
  { backend, executor }: RuntimeSettings,
  given: Device | undefined,
): Promise<{ device: Device | null; absence: string | null }> {
  if (given) return { device: given, absence: null };
  const isExecutorWanted = executor === 'auto' || executor === 'webgpu';
  const isBackendWanted = backend === 'webgpu' || backend === 'auto';
  if (!isExecutorWanted && !isBackendWanted) return { device: null, absence: 'no GPU is needed' };
  try {
    return { device: await sharedDevice(), absence: null };
  } catch (error) {
    const isRequired = executor === 'webgpu' || backend === 'webgpu';
    if (isRequired || !(error instanceof KernelsError) || error.code !== 'no-adapter') throw error;
    return { device: null, absence: error.message };
  }
}
