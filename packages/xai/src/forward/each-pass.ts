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

/** What an element of a tensor takes, in multiply-adds: activations and normalizations multiply little and read much. */
const ELEMENT_OPERATIONS = 4;

/** A backward pass takes about twice the time of the forward pass before it. */
const GRADIENT_FACTOR = 3;

/** Multiply-adds of a pass on ONNX Runtime, which computes beside the calling thread. */
const NATIVE_OPERATIONS = 5e9;

/**
 * Returns how many multiply-adds TensorFlow.js's current backend makes in about a tenth of a second, after which an abort or a
 * repaint gets its turn. A single input may take longer.
 */
export function blockingOperations(): number {
  switch (tf.getBackend()) {
    // A GPU computes beside the calling thread.
    case 'webgpu':
      return Infinity;
    case 'cpu':
      return 1e7;
    default:
      return 5e8;
  }
}

/** Returns what a pass of one input takes, in multiply-adds. */
export function passOperations(
  { operations, elements }: Pick<GraphCost, 'operations' | 'elements'>,
  purpose: 'forward' | 'gradient',
): number {
  return (operations + ELEMENT_OPERATIONS * elements) * (purpose === 'gradient' ? GRADIENT_FACTOR : 1);
}

const costs = new WeakMap<Graph, GraphCost>();

/** Returns how many inputs go through the network together; gradients on TensorFlow.js's current backend. */
export function inputsPerPass(engine: ForwardEngine, purpose: 'forward' | 'gradient' = 'forward'): number {
  const { graph } = engine.network;
  const cost = costs.get(graph) ?? graphCost(graph);
  costs.set(graph, cost);
  const isGradient = purpose === 'gradient';
  const byMemory = isGradient ? GRADIENT_ELEMENTS / cost.elements : LARGEST_TENSOR_ELEMENTS / cost.largest;
  const most = isNative(engine) && !isGradient ? NATIVE_OPERATIONS : blockingOperations();
  const byTime = most / Math.max(1, passOperations(cost, purpose));
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
