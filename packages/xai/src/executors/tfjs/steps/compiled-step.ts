import type * as tf from '@tensorflow/tfjs';
import type { Chunk, Values } from '../values.ts';

/** Makes the value of a step, `[rows, ...]`; runs inside `tf.tidy`. */
export type CompiledStep = (values: Values, chunk: Chunk) => tf.Tensor;
