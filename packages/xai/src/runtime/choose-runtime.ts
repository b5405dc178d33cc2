import * as tf from '@tensorflow/tfjs';
import {
  exposeWebGpu,
  findOnnxRuntime,
  KernelsError,
  NODE_ONLY,
  onnxRuntime,
  type Device,
} from '@ablation-cam/kernels';
import { readyBackend, useBackend, type BackendName, type Obstacles } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import type { Choice } from '../explanation/explanation.ts';
import type { AblationCamOptions } from '../methods/options.ts';
import { sharedDevice } from './shared-device.ts';
import { typedFailure } from './typed-failure.ts';

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
 * @param obstacles why an engine cannot run the network
 * @throws KernelsError `no-adapter` where WebGPU was asked for and is not to be had, `runtime-missing` likewise; XaiError
 *   `unsupported-model` where only ONNX Runtime can run the network, and is not there or not wanted
 */
export async function chooseRuntime(
  settings: RuntimeSettings,
  given: Device | undefined,
  obstacles: Obstacles,
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
  return { device, absence, backend: (await nativeChoice(requested, choice.backend, obstacles)) ?? other };
}

/**
 * ONNX Runtime where it was asked for, or is there and TensorFlow.js would compute on the CPU, too, or cannot run the network; and
 * why not where it was asked for in vain. Null for TensorFlow.js's own choice.
 *
 * @param backend of TensorFlow.js
 */
async function nativeChoice(
  requested: RuntimeSettings['backend'],
  backend: BackendName,
  { onnxRuntime: obstacle, tensorFlow }: Obstacles,
): Promise<Choice<ForwardBackend> | null> {
  if (requested === 'onnxruntime') {
    return obstacle === null
      ? { requested, chosen: 'onnxruntime', reason: 'asked for' }
      : { requested, chosen: backend, reason: `ONNX Runtime cannot run the network: ${obstacle}` };
  }
  if (requested !== 'auto') {
    if (tensorFlow !== null) throw onlyNative(tensorFlow, `the backend ${requested} was asked for`);
    return null;
  }
  if (backend === 'webgpu' && tensorFlow === null) return null;
  const { runtime, absence } = await findOnnxRuntime();
  if (tensorFlow !== null) {
    if (absence !== null) throw onlyNative(tensorFlow, absence);
    const reason = `TensorFlow.js cannot run the network: ${tensorFlow}`;
    return { requested, chosen: 'onnxruntime', reason };
  }
  // A page has no choice: nothing to be said of it.
  if (runtime === null && absence === NODE_ONLY) return null;
  const no = absence ?? obstacle;
  if (no === null) return { requested, chosen: 'onnxruntime', reason: 'the fastest on a CPU' };
  return { requested, chosen: backend, reason: `not on ONNX Runtime: ${no}` };
}

function onlyNative(tensorFlow: string, absence: string): XaiError {
  return new XaiError(
    'unsupported-model',
    `Only ONNX Runtime can run the network, since ${tensorFlow}; but ${absence}. ` +
      'Run it in Node with onnxruntime-node installed and the backend auto or onnxruntime, or export the network without these operators.',
  );
}

/**
 * Runs `work` and makes the backend current again that was so before, also after an error.
 *
 * @throws KernelsError `out-of-memory`, `gpu-validation` for what TensorFlow.js throws where there is no memory or the GPU fails
 */
export async function keepingBackend<T>(work: () => Promise<T>): Promise<T> {
  await readyBackend();
  const before = tf.getBackend();
  try {
    return await work();
  } catch (error) {
    throw typedFailure(error);
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
