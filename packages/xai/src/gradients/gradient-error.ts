import * as tf from '@tensorflow/tfjs';
import { KernelsError } from '@ablation-cam/kernels';
import { XaiError } from '../errors.ts';

const BACKENDS = ['cpu', 'wasm', 'webgpu', 'webgl'] as const;

/**
 * Returns an error of TensorFlow.js's automatic differentiation as one that names the operation and the remedy;
 * anything else as it is.
 */
export function explainGradientError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof XaiError) return error;
  return missingRule(error) ?? missingKernel(error) ?? missingGradient(error) ?? error;
}

/** TensorFlow.js cannot run an operation between the target and the score, which another engine does. */
function missingRule(error: Error): XaiError | null {
  if (!(error instanceof KernelsError) || error.code !== 'unsupported-operation') return null;
  return new XaiError(
    'unsupported-model',
    `The gradient does not go through an operation of this network: ${error.message} Use a method without gradients, such as ` +
      'ablation-cam or occlusion, or a layer behind it.',
    { cause: error },
  );
}

/** The operation has a gradient, but the backend lacks a kernel that it needs. */
function missingKernel(error: Error): XaiError | null {
  const [, kernel, backend] = /Kernel '(\w+)' not registered for backend '(\w+)'/.exec(error.message) ?? [];
  if (kernel === undefined || backend === undefined) return null;
  const able = BACKENDS.filter((name) => hasKernel(kernel, name));
  const remedy =
    able.length > 0
      ? `It is there on ${able.join(', ')}: choose one of these as the backend`
      : 'No loaded backend has it';
  return new XaiError(
    'unsupported-model',
    `The gradient needs the kernel ${kernel}, which TensorFlow.js's backend ${backend} lacks. ${remedy}, or use a ` +
      'method without gradients, such as ablation-cam.',
    { cause: error },
  );
}

/** TensorFlow.js cannot differentiate the operation on any backend. */
function missingGradient(error: Error): XaiError | null {
  const { message } = error;
  const name =
    /gradient function not found for (\w+)/.exec(message)?.[1] ??
    (message.includes('dilation rates greater than 1 are not yet supported in gradients')
      ? 'dilated convolution'
      : message.includes('Cannot compute gradient of y=f(x) with respect to x')
        ? 'layer without a gradient between the target and the score'
        : undefined);
  if (name === undefined) return null;
  return new XaiError(
    'unsupported-model',
    `TensorFlow.js has no gradient for this model (${name}). Use a method without gradients, such as ablation-cam or ` +
      'occlusion.',
    { cause: error },
  );
}

function hasKernel(kernel: string, backend: string): boolean {
  const config: unknown = tf.getKernel(kernel, backend);
  return config !== undefined;
}
