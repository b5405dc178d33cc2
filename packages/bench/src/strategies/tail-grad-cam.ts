import type { OpenCase } from '../subject/open-case.ts';
import * as tf from '@tensorflow/tfjs';
import { tailProbabilities } from '../subject/live-network.ts';
import { readAll, type Strategy } from './strategy.ts';
import { backendRefusal, backendTitles, labels, onEachBackend, tailPass } from './tfjs.ts';

/** A gradient takes about three passes. */
const shortestRun = (subject: OpenCase): number => 3 * tailPass(subject);

/** Grad-CAM of the tail alone, with TensorFlow.js's gradient: from the activation to the mean gradient of each channel. */
export const tailGradCamStrategies = onEachBackend((backend): Strategy => ({
  name: 'tail-grad-cam',
  executor: labels[backend],
  title: `Grad-CAM of the tail, ${backendTitles[backend]}`,
  from: 'activation',
  role: 'context',
  appliesTo: () => true,
  shortestRun,
  refusal: (subject, isQuick) => backendRefusal(subject, backend, shortestRun(subject), isQuick),
  prepare: async (subject) => {
    const network = await subject.on(backend);
    const { activation } = network;
    const chosen = tf.oneHot(tf.tensor1d([...subject.predicted], 'int32'), subject.classes).toFloat();
    const positionAxes = activation.shape.slice(1, -1).map((_, axis) => axis + 1);
    return {
      isLoop: false,
      passes: () => 1,
      cost: { bytes: null, operations: 2 * subject.batch * subject.operations.tail },
      run: async () => {
        await subject.runtime.use(backend);
        const weights = tf.tidy(() =>
          tf
            .grad((x) => tailProbabilities(network, x).mul(chosen).sum())(activation)
            .mean(positionAxes),
        );
        const [values = new Float32Array()] = await readAll(subject, [weights]);
        return { kind: 'gradients', values, dispatches: null };
      },
      dispose: () => {
        chosen.dispose();
      },
    };
  },
}));
