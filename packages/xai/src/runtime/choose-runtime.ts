import * as tf from '@tensorflow/tfjs';
import {
  exposeWebGpu,
  KernelsError,
  referenceExecutor,
  webGpuExecutor,
  type Device,
  type Executor,
  type ExecutorName,
} from '@ablation-cam/kernels';
import { readyBackend, useBackend, type BackendName } from '@ablation-cam/model';
import type { Choice } from '../explanation/explanation.ts';
import type { AblationCamSettings } from '../explanation/options.ts';
import { sharedDevice } from './shared-device.ts';

/** What decides on what an explanation runs. */
export type RuntimeSettings = Pick<AblationCamSettings, 'backend' | 'executor' | 'strategy'>;

/** What an explanation runs on. */
export interface Runtime {
  readonly device: Device | null;
  readonly backend: Choice<BackendName>;
  readonly executor: Executor;
  readonly executorChoice: Choice<ExecutorName>;
}

/**
 * Makes the backend for the forward pass current and picks the executor of the ablation.
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
  const usesReference = device === null || settings.executor === 'reference';
  const executor = usesReference ? referenceExecutor() : webGpuExecutor(device);
  const reason =
    settings.executor !== 'auto'
      ? 'asked for'
      : (absence ?? `a ${device?.adapter.software ? 'software' : 'hardware'} WebGPU adapter is present`);
  return {
    device,
    backend,
    executor,
    executorChoice: { requested: settings.executor, chosen: executor.name, reason },
  };
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
  const isExecutorWanted = executor !== 'reference' && strategy !== 'naive';
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
