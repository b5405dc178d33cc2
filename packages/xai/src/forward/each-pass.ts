import * as tf from '@tensorflow/tfjs';
import { graphCost, type Graph, type GraphCost } from '@ablation-cam/kernels';
import { throwIfAborted } from '../errors.ts';
import { takeTurns } from '../runtime/turn.ts';
import { isNative, type ForwardEngine } from './compute.ts';
import type { InputBatch } from './model-input.ts';
import { PassInputs } from './pass-inputs.ts';

/** Elements of the largest tensor that a forward pass may hold at once: bounds its memory to some 100 MB. */
const LARGEST_TENSOR_ELEMENTS = 2 ** 23;

/** Elements of all tensors that a backward pass may keep: bounds its memory to some 300 MB with those of the gradients. */
const GRADIENT_ELEMENTS = 2 ** 25;

/**
 * Multiply-adds of a pass on a backend that computes on the calling thread: about a tenth of a second on WebAssembly, after
 * which an abort or a repaint gets its turn. A single input may take longer.
 */
export const BLOCKING_OPERATIONS = 5e8;

/** The same of ONNX Runtime. */
const NATIVE_OPERATIONS = 5e9;

/** A backward pass takes about twice the time of the forward pass before it. */
export const GRADIENT_FACTOR = 3;

const costs = new WeakMap<Graph, GraphCost>();

/** Returns how many inputs go through the network together; gradients on TensorFlow.js's current backend. */
export function inputsPerPass(engine: ForwardEngine, purpose: 'forward' | 'gradient' = 'forward'): number {
  const { graph } = engine.network;
  const cost = costs.get(graph) ?? graphCost(graph);
  costs.set(graph, cost);
  const isGradient = purpose === 'gradient';
  const byMemory = isGradient ? GRADIENT_ELEMENTS / cost.elements : LARGEST_TENSOR_ELEMENTS / cost.largest;
  const operations = cost.operations * (isGradient ? GRADIENT_FACTOR : 1);
  const most = isNative(engine) && !isGradient ? NATIVE_OPERATIONS : BLOCKING_OPERATIONS;
  // A GPU computes beside the calling thread.
  const byTime = tf.getBackend() === 'webgpu' ? Infinity : most / Math.max(1, operations);
  return Math.max(1, Math.floor(Math.min(byMemory, byTime)));
}

/**
 * Calls `work` with as many inputs as go through the network together, until all have, and frees their tensors.
 *
 * @param most inputs that may go together
 * @throws the signal's reason
 */
export async function eachPass(
  call: ForwardEngine & { readonly batch: InputBatch },
  signal: AbortSignal | undefined,
  work: (inputs: PassInputs, first: number) => Promise<void>,
  most = Infinity,
): Promise<void> {
  const { batch } = call;
  const size = Math.min(most, inputsPerPass(call));
  for (let first = 0; first < batch.inputs; first += size) {
    throwIfAborted(signal);
    const count = Math.min(size, batch.inputs - first);
    const inputs = new PassInputs(batch, first, count);
    try {
      await work(inputs, first);
    } finally {
      inputs.dispose();
    }
    if (first + count < batch.inputs) await takeTurns();
  }
}
