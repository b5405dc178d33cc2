import * as tf from '@tensorflow/tfjs';

const states = new WeakMap<GPUDevice, { isLost: boolean }>();

/** Whether the GPU device is lost or destroyed. */
export async function isDeviceLost(device: GPUDevice): Promise<boolean> {
  const known = states.get(device);
  if (known) return known.isLost;
  const state = { isLost: false };
  states.set(device, state);
  void device.lost.then(() => {
    state.isLost = true;
  });
  // A device that was lost before says so with the promises that are due.
  await new Promise((resolve) => setTimeout(resolve));
  return state.isLost;
}

/** Whether a tensor's values lie with a backend whose GPU is gone. */
export async function isBackendLost({ dataId }: tf.Tensor): Promise<boolean> {
  const { tensorInfo } = tf.engine().state as unknown as {
    tensorInfo: { get(id: object): { readonly backend: unknown } | undefined };
  };
  const backend = tensorInfo.get(dataId)?.backend;
  if (typeof backend !== 'object' || backend === null || !('device' in backend)) return false;
  return isDeviceLost(backend.device as GPUDevice);
}
