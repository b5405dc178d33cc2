import * as tf from '@tensorflow/tfjs';
import { exposeWebGpu } from '@ablation-cam/kernels';
import { useBackend } from '@ablation-cam/model';
import { gpuCensus, kernelsArePoints, scenario, timers, type AnyScenario } from '@ablation-cam/tools/faults';
import { WorkerHost } from './worker-host.ts';
import { smallModel, workerScenario } from './worker-scenario.ts';

/** The viewer's worker, in this process. */
export async function workerScenarios(): Promise<AnyScenario[]> {
  const gpu = gpuCensus();
  await exposeWebGpu();
  const around = new EventTarget();
  const host = new WorkerHost(around);
  Object.defineProperty(globalThis, 'self', {
    value: Object.assign(around, { postMessage: host.receive }),
    configurable: true,
  });
  // Before TensorFlow.js has a chance to advertise its native bindings.
  await useBackend('cpu');
  const files = await smallModel();
  await import('../../../src/worker/worker.ts');
  kernelsArePoints(tf.engine(), () => tf.getBackend() === 'wasm');
  return [scenario("the viewer's worker", () => workerScenario(host, files, gpu, timers))];
}
