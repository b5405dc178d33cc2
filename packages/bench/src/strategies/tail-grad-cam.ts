import type { OpenCase } from '../open-case/open-case.ts';
import * as tf from '@tensorflow/tfjs';
import { tailProbabilities } from '../open-case/live-network.ts';
import { readAll, type BenchStrategy } from './strategy.ts';
import { engineRefusal, labels, onEachBackend, tailPass } from './tfjs.ts';
import { ENGINE_TITLES } from '../open-case/engine.ts';

/** A gradient takes about three passes. */
const shortestRun = (opened: OpenCase): number => 3 * tailPass(opened);

/** Grad-CAM of the tail alone, with TensorFlow.js's gradient: from the activation to the mean gradient of each channel. */
export const tailGradCamStrategies = onEachBackend((backend): BenchStrategy => ({
  name: 'tail-grad-cam',
  executor: labels[backend],
  title: `Grad-CAM of the tail, ${ENGINE_TITLES[backend]}`,
  from: 'activation',
  role: 'context',
  appliesTo: () => true,
  shortestRun,
  refusal: (opened, isQuick) => engineRefusal(opened, backend, shortestRun(opened), isQuick),
  prepare: async (opened) => {
    const network = await opened.on(backend);
    const { activation } = network;
    const chosen = tf.oneHot(tf.tensor1d([...opened.predicted], 'int32'), opened.classes).toFloat();
    const positionAxes = activation.shape.slice(1, -1).map((_, axis) => axis + 1);
    return {
      isLoop: false,
      passes: () => 1,
      cost: { bytes: null, operations: 2 * opened.batch * opened.operations.tail },
      run: async () => {
        await opened.runtime.use(backend);
        const weights = tf.tidy(() =>
          tf
            .grad((x) => tailProbabilities(network, x).mul(chosen).sum())(activation)
            .mean(positionAxes),
        );
        const [values = new Float32Array()] = await readAll(opened, [weights]);
        return { kind: 'gradients', values, dispatches: null };
      },
      dispose: () => {
        chosen.dispose();
      },
    };
  },
}));
