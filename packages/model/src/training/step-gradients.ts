import * as tf from '@tensorflow/tfjs';
import { freeingTape } from '../backend/gradient-tape.ts';
import { countCorrect, crossEntropy } from './classification-loss.ts';
import { weightPenalty } from './penalties.ts';

/** What a step needs to know about its batch; the caller disposes of it all. */
export interface StepGradients {
  /** Mean cross-entropy of the batch plus the weight penalty. */
  readonly loss: tf.Scalar;
  readonly correct: tf.Scalar;
  /** In the order of the variables. */
  readonly gradients: readonly tf.Tensor[];
}

/**
 * The gradients of one batch, summed over parts of at most `partSize` samples, whose activations alone are in memory at
 * a time. The sum is that of the whole batch, but batch normalisation sees the parts.
 */
export function stepGradients(
  model: tf.LayersModel,
  variables: readonly tf.Variable[],
  batch: { readonly inputs: tf.Tensor; readonly labels: tf.Tensor1D },
  partSize: number,
): StepGradients {
  const count = batch.labels.shape[0];
  let sums: tf.Tensor[] = [];
  for (let start = 0; start < count; start += partSize) {
    const size = Math.min(partSize, count - start);
    const before = sums;
    sums = tf.tidy(() => {
      const part = partGradients(
        model,
        variables,
        { inputs: rows(batch.inputs, start, size), labels: rows(batch.labels, start, size) },
        { share: size / count, penalized: start === 0 },
      );
      return start === 0 ? part : part.map((tensor, i) => tf.add(before[i]!, tensor));
    });
    tf.dispose(before);
  }
  const [loss, correct, ...gradients] = sums;
  if (loss === undefined || correct === undefined) throw new Error('A batch holds at least one sample.');
  return { loss: loss as tf.Scalar, correct: correct as tf.Scalar, gradients };
}

/**
 * How many samples of a network are trained on at a time: their activations, with the gradients and the copies that a
 * backend makes on the way (some four times the outputs of all layers), stay within half a gigabyte; the WASM heap ends
 * at two. A function of the shapes alone, so that the same training always takes the same parts.
 */
export function trainingPartSize(model: tf.LayersModel, inputShape: readonly number[]): number {
  const largestBytes = 2 ** 29;
  const copies = 4;
  const values = valuesOfOutputs(model, inputShape);
  return Math.max(1, Math.floor(largestBytes / (4 * copies * values)));
}

/** Values in the outputs of all layers for one sample; an output of open size counts as the input. */
function valuesOfOutputs(model: tf.LayersModel, inputShape: readonly number[]): number {
  const inputSize = inputShape.reduce((product, length) => product * length, 1);
  const outputs = (layer: tf.layers.Layer): number[] =>
    layer instanceof tf.LayersModel
      ? layer.layers.flatMap(outputs)
      : layer.inboundNodes.flatMap(({ outputTensors }) =>
          outputTensors.map(({ shape }) => {
            const lengths = shape.slice(1).map(Number);
            return lengths.includes(0) ? inputSize : lengths.reduce((product, length) => product * length, 1);
          }),
        );
  return model.layers.flatMap(outputs).reduce((sum, size) => sum + size, 0);
}

/** Loss, number of right answers, gradients. */
function partGradients(
  model: tf.LayersModel,
  variables: readonly tf.Variable[],
  { inputs, labels }: { readonly inputs: tf.Tensor; readonly labels: tf.Tensor1D },
  { share, penalized }: { readonly share: number; readonly penalized: boolean },
): tf.Tensor[] {
  let correct: tf.Scalar | undefined;
  const lossOf = (): tf.Scalar => {
    const probabilities = model.apply(inputs, { training: true }) as tf.Tensor2D;
    // Kept past the scope of the gradient; the caller's tidy no longer sees it, so it is handed over below.
    correct = tf.keep(countCorrect(probabilities, labels));
    const entropy = crossEntropy(probabilities, labels);
    const weighted = share === 1 ? entropy : tf.mul<tf.Scalar>(entropy, share);
    return penalized ? tf.add<tf.Scalar>(weighted, weightPenalty(model)) : weighted;
  };
  try {
    const { value: loss, grads } = freeingTape(() => tf.variableGrads(lossOf, [...variables]));
    if (correct === undefined) throw new Error('variableGrads did not call its function.');
    const gradients = variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
    return [loss, tf.clone(correct), ...gradients];
  } finally {
    correct?.dispose();
  }
}

function rows<T extends tf.Tensor>(tensor: T, start: number, count: number): T {
  if (count === tensor.shape[0]) return tensor;
  return tf.slice(tensor, [start, ...tensor.shape.slice(1).map(() => 0)], [count, ...tensor.shape.slice(1)]);
}
