import * as tf from '@tensorflow/tfjs';
import { requestDevice, wrapDevice, type Device } from '@ablation-cam/kernels';

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

/** Frees the shared device, if there is one; the next call requests a new one. */
export async function releaseSharedDevice(): Promise<void> {
  const known = pending;
  pending = null;
  if (known) (await known).dispose();
}

/** The GPU device of a WebGPU backend that TensorFlow.js has up and running, or null. */
async function backendDevice(): Promise<GPUDevice | null> {
  const backend: unknown = tf.findBackend('webgpu');
  if (typeof backend !== 'object' || backend === null || !('device' in backend)) return null;
  const gpu = backend.device as GPUDevice;
  const lost = gpu.lost.then(() => true);
  const usable = new Promise<boolean>((resolve) => setTimeout(resolve, 0, false));
  return (await Promise.race([lost, usable])) ? null : gpu;
}

async function openDevice(): Promise<Device> {
  const gpu = await backendDevice();
  return gpu ? wrapDevice(gpu, gpu.adapterInfo) : requestDevice();
}
