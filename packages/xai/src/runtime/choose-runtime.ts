import * as tf from '@tensorflow/tfjs';
import { exposeWebGpu, KernelsError, type Device } from '@ablation-cam/kernels';
import { readyBackend, useBackend, type BackendName } from '@ablation-cam/model';
import type { Choice } from '../explanation/explanation.ts';
import type { AblationCamOptions } from '../methods/options.ts';
import { sharedDevice } from './shared-device.ts';

/** What decides on what an explanation runs. */
export type RuntimeSettings = Required<{
  [K in 'backend' | 'executor' | 'strategy']: NonNullable<AblationCamOptions[K]>;
}>;

/** What an explanation runs on. */
export interface Runtime {
  readonly device: Device | null;
  /** Why there is no device. */
  readonly absence: string | null;
  readonly backend: Choice<BackendName>;
}

/**
 * Makes the backend for the forward pass current and gets the device, where one is wanted.
 *
 * @throws KernelsError `no-adapter` where WebGPU was asked for and is not to be had
 */
export async function chooseRuntime(settings: RuntimeSettings, given: Device | undefined): Promise<Runtime> {
  const { device, absence } = await findDevice(settings, given);
  // TensorFlow.js's WebGPU backend looks for the globals of a browser.
  if (device && settings.backend !== 'wasm' && settings.backend !== 'cpu') await exposeWebGpu();
  const choice = await useBackend(settings.backend, {
    ...(device && {
      device: device.gpu,
      adapterInfo: device.gpu.adapterInfo,
      software: device.adapter.software,
    }),
  });
  const backend = { requested: choice.requested, chosen: choice.backend, reason: choice.reason };
  return { device, absence, backend };
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
  { backend, executor, strategy }: RuntimeSettings,
  given: Device | undefined,
): Promise<{ device: Device | null; absence: string | null }> {
  if (given) return { device: given, absence: null };
  const isExecutorWanted = (executor === 'auto' || executor === 'webgpu') && strategy !== 'naive';
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
