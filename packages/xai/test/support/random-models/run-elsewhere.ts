import * as tf from '@tensorflow/tfjs';
import { runModels, type ModelsReport, type ModelsRequest } from './run-models.ts';

/**
 * Runs in a page or in Deno, for another WebGPU than Dawn in Node: the other executors have the same code everywhere. The models
 * themselves run on TensorFlow.js's CPU backend, which needs no file.
 */
export async function run(print: (line: string) => void, request: ModelsRequest): Promise<ModelsReport> {
  await tf.setBackend('cpu');
  return runModels(request, [], print);
}
