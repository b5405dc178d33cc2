// Runs in a worker of a browser, which is told by its first message what to do, and answers with lines of a report.
import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@ablation-cam/model';
import {
  failEveryPoint,
  faultLines,
  GpuCensus,
  kernelsArePoints,
  violationsOf,
  type FaultOptions,
} from '@ablation-cam/tools/faults-in-browser';
import { WorkerHost } from './worker-host.ts';
import { smallModel, workerScenario } from './worker-scenario.ts';

/** After so many faults it is said how many are done. */
const TOLD_EVERY = 50;

const tell = self.postMessage.bind(self);

self.addEventListener(
  'message',
  ({ data }: MessageEvent<FaultOptions>) => {
    // What is told here is none of the worker's business.
    failWorker(data).then(tell, (error: unknown) => {
      tell({ error: error instanceof Error ? error.stack : String(error) });
    });
  },
  { once: true },
);

async function failWorker(options: FaultOptions): Promise<{ lines: readonly string[]; violations: number }> {
  const gpu = new GpuCensus({ GPU, GPUAdapter, GPUDevice, GPUBuffer });
  const host = new WorkerHost(self);
  self.postMessage = host.receive;
  await useBackend('cpu');
  const files = await smallModel();
  await import('../../../src/worker/worker.ts');
  kernelsArePoints(tf.engine(), () => tf.getBackend() === 'wasm');
  const runs = workerScenario(host, files, gpu, null);
  const report = await failEveryPoint(
    { name: "the viewer's worker, in a browser", ...runs },
    {
      ...options,
      onDone: (done, all) => {
        if (done % TOLD_EVERY === 0) tell({ done, all });
      },
    },
  );
  return { lines: faultLines(report), violations: violationsOf(report) };
}
