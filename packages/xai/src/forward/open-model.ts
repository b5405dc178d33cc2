import type * as tf from '@tensorflow/tfjs';
import { layerGraph, type LayerGraph } from '@ablation-cam/model';
import { throwIfAborted } from '../errors.ts';
import { inputsPerPass } from './forward-pass.ts';
import { batchTensors, readBatch, type Batch, type ExplainedInput } from './model-input.ts';

/** A model as a graph with definite sizes, and the inputs that are to go through it. */
export interface OpenModel {
  readonly graph: LayerGraph;
  readonly batch: Batch;
}

/** @throws XaiError `invalid-input` */
export async function openModel(model: tf.LayersModel, input: ExplainedInput): Promise<OpenModel> {
  const graph = layerGraph(model);
  const batch = await readBatch(graph, input);
  const isOpen = graph.tensors.some(({ shape }) => shape.includes(null));
  const shapes = batch.arrays.map(({ shape }) => shape.slice(1));
  return { graph: isOpen ? layerGraph(model, shapes) : graph, batch };
}

/**
 * Calls `work` with the tensors of as many inputs as go through the network together, until all have, and frees them.
 *
 * @throws XaiError `aborted`
 */
export async function eachPass(
  { graph, batch }: OpenModel,
  signal: AbortSignal | undefined,
  work: (inputs: readonly tf.Tensor[], first: number, count: number) => Promise<void>,
): Promise<void> {
  const size = inputsPerPass(graph);
  for (let first = 0; first < batch.inputs; first += size) {
    throwIfAborted(signal);
    const count = Math.min(size, batch.inputs - first);
    const inputs = batchTensors(batch, first, first + count);
    try {
      await work(inputs, first, count);
    } finally {
      for (const tensor of inputs) tensor.dispose();
    }
  }
}
