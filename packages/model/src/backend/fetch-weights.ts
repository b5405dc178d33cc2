import * as tf from '@tensorflow/tfjs';

/**
 * Reads tensors that lie on a GPU back, so that another backend can take them over. TensorFlow.js moves tensors between
 * backends synchronously, which its WebGPU backend can do only for tensors that were read before.
 */
export async function fetchTensors(tensors: readonly tf.Tensor[]): Promise<void> {
  const backend: unknown = tf.getBackend() === 'webgpu' ? null : tf.findBackend('webgpu');
  if (typeof backend !== 'object' || backend === null || !('tensorMap' in backend)) return;
  const onGpu = backend.tensorMap as { has(dataId: object): boolean };
  await Promise.all(tensors.filter(({ dataId }) => onGpu.has(dataId)).map((tensor) => tensor.data()));
}
