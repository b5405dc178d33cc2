import * as tf from '@tensorflow/tfjs';
import { modelFiles, type NamedFile } from '@ablation-cam/model';
import { smallGraphModel, smallOnnx } from '@ablation-cam/model/testing';

/** Which of them has 10 MB of weights, and how many units that takes. */
const LARGE = 7;
const LARGE_UNITS = 3400;

/** A network of its own for each number: layers of TensorFlow.js of several sizes, one of them large, ONNX files, GraphModels. */
export async function networkFiles(index: number): Promise<readonly NamedFile[]> {
  if (index % 5 === 3) return [{ name: `net-${index}.onnx`, bytes: smallOnnx('ResNet', index) }];
  if (index % 5 === 4) return smallGraphModel(index, 3).files();
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: 8,
        kernelSize: 3,
        activation: 'relu',
        inputShape: [16 + index, 16 + index, 3],
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({
        units: index === LARGE ? LARGE_UNITS : 20,
        activation: 'relu',
        // Random numbers for all of them would take seconds.
        kernelInitializer: 'zeros',
      }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  const files = await modelFiles(model);
  model.dispose();
  return files;
}
