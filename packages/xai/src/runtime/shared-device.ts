import * as tf from '@tensorflow/tfjs';
import { requestDevice, wrapDevice, type Device } from '@ablation-cam/kernels';
import { isDeviceLost } from '@ablation-cam/model';

let pending: Promise<Device> | null = null;

/**
 * Returns the device that all calls share: the one TensorFlow.js runs on, where its WebGPU backend is up, otherwise a new
 * one, requested at the first call. A lost device is replaced.
 *
 * @throws KernelsError `no-adapter`
 */
export async function sharedDevice(): Promise<Device> {
  const known = pending;
  if (known) {
    const device = await known;
    if (!device.isLost) return device;
    if (pending === known) pending = null;
  }
  const requested = (pending ??= openDevice());
  try {
    return await requested;
  } catch (error) {
    // A failure is not remembered: a driver may be installed, a page may get its adapter back.
    if (pending === requested) pending = null;
    throw error;
  }
}

/** Longer than a driver takes to let go of a device. */
const LONGEST_GOODBYE_MS = 2000;

/** Frees the shared device, if there is one; the next call requests a new one. */
export async function releaseSharedDevice(): Promise<void> {
  const known = pending;
  pending = null;
  if (!known) return;
  const device = await known;
  device.dispose();
  if (device.gpu === borrowed) return;
  // TensorFlow.js's backend may lie on it: whoever asks next has to find it gone.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, LONGEST_GOODBYE_MS);
  });
  await Promise.race([device.gpu.lost, patience]);
  clearTimeout(timer);
}

/** The device of TensorFlow.js's WebGPU backend, where calls share it; disposing of it leaves it alive. */
let borrowed: GPUDevice | null = null;

/** The GPU device of a WebGPU backend that TensorFlow.js has up and running, or null. */
async function backendDevice(): Promise<GPUDevice | null> {
  const backend: unknown = tf.findBackend('webgpu');
  if (typeof backend !== 'object' || backend === null || !('device' in backend)) return null;
  const gpu = backend.device as GPUDevice;
  return (await isDeviceLost(gpu)) ? null : gpu;
}

async function openDevice(): Promise<Device> {
  borrowed = await backendDevice();
  return borrowed ? wrapDevice(borrowed, borrowed.adapterInfo) : requestDevice();
}
