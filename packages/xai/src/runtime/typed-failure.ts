import { KernelsError, memoryError } from '@ablation-cam/kernels';

/** Returns what TensorFlow.js throws for want of memory or where the GPU fails as a KernelsError; anything else as it is. */
export function typedFailure(error: unknown): unknown {
  return memoryError(error) ?? gpuError(error) ?? error;
}

/** What TensorFlow.js's WebGPU backend hands on when a buffer cannot be mapped. An abort is called otherwise. */
function gpuError(error: unknown): KernelsError | null {
  if (!(error instanceof DOMException) || error.name !== 'OperationError') return null;
  const message = `TensorFlow.js's WebGPU backend failed (${error.message.replace(/\.$/, '')}): try again, or choose the backend wasm.`;
  return new KernelsError('gpu-validation', message, { cause: error });
}
