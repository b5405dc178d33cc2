import * as tf from '@tensorflow/tfjs';
import { modelFiles } from '@ablation-cam/model';
import { assertClose } from '@ablation-cam/tools/testing';
import type { GpuCensus, Scenario } from '@ablation-cam/tools/faults-in-browser';
import type { ExplanationRequest } from '../../../src/protocol/calls.ts';
import type { WorkerHost } from './worker-host.ts';

/** Engines in single precision, one of which may take the place of another. */
const CLOSE = { ofLargest: 1e-4, absolute: 2e-6 };

/**
 * The same calls to the viewer's worker one after the other, on a model that it has to open first.
 *
 * @param files of the model
 * @param timers how many are set; null where nobody knows
 */
export function workerScenario(
  host: WorkerHost,
  files: readonly File[],
  gpu: GpuCensus,
  timers: (() => number) | null,
): Omit<Scenario<readonly number[]>, 'name'> {
  let expected: readonly number[] | null = null;
  let opened = 0;
  return {
    anytime: [gpu.loss],
    oncePerSite: true,
    run: async ({ signal }) => {
      const id = `model ${++opened}`;
      const request = requestFor({ kind: 'files', id, name: 'small', files });
      const { defaultLayer } = await host.call('describe', { model: request.model }, signal);
      const { maps } = await host.call('explain', { ...request, ablatedScores: false }, signal);
      const one = { ...request, classIndex: 1, contrast: null };
      const { map } = await host.call('attribute', { ...one, method: 'grad-cam' }, signal);
      const { logits } = await host.call('mask', { ...request, channels: [0] }, signal);
      const race = await host.call('race', request, signal);
      const found = [...maps.flatMap(({ weights }) => [...weights]), ...map.map.data, ...logits];
      return [defaultLayer.length, race.naive.passes, ...found];
    },
    check: (found) => {
      expected ??= found;
      assertClose(found, expected, CLOSE);
    },
    census: () => ({
      tensors: tf.memory().numTensors,
      'GPU devices': gpu.devices,
      'GPU buffers': gpu.buffers,
      ...(timers && { timers: timers() }),
    }),
  };
}

function requestFor(model: ExplanationRequest['model']): ExplanationRequest {
  return {
    model,
    input: { kind: 'sample', id: 'mnist1d:3', name: 'sample' },
    normalization: null,
    fit: 'squash',
    erasure: null,
    settings: {
      output: null,
      layer: null,
      ablation: 'zero',
      score: 'probability',
      weighting: 'relative-drop',
      strategy: 'planned',
      executor: 'auto',
    },
  };
}

/** A classifier of signals `[40, 1]` with seeded weights, as files. */
export async function smallModel(): Promise<File[]> {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 5 });
  const model = tf.sequential({
    layers: [
      tf.layers.conv1d({
        filters: 4,
        kernelSize: 5,
        inputShape: [40, 1],
        activation: 'relu',
        kernelInitializer,
      }),
      tf.layers.globalAveragePooling1d({}),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer }),
    ],
  });
  const files = await modelFiles(model);
  model.dispose();
  return files.map(({ name, bytes }) => new File([Uint8Array.from(bytes)], name));
}
