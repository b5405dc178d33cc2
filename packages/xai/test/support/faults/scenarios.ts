import * as tf from '@tensorflow/tfjs';
import { findOnnxRuntime, requestDevice } from '@ablation-cam/kernels';
import { releaseSessions, useBackend } from '@ablation-cam/model';
import { assertClose } from '@ablation-cam/tools/testing';
import {
  gpuCensus,
  kernelsArePoints,
  scenario,
  SessionCensus,
  timers,
  type AnyScenario,
  type Census,
  type Fault,
  type Scenario,
} from '@ablation-cam/tools/faults';
import {
  ablationCam,
  createExplainer,
  explain,
  methodNames,
  releaseDevice,
  type ExplainOptions,
  type ExplanationResult,
} from '../../../src/index.ts';
import { randomInput } from '../models.ts';
import { ownLayerModel, signalModel } from './fault-models.ts';

/** Engines in single precision against one in double precision. */
const CLOSE = { ofLargest: 1e-4, absolute: 2e-6 };

type Unnamed = Omit<Scenario<ExplanationResult>, 'name'>;

interface Case {
  readonly name: string;
  readonly options: ExplainOptions;
  readonly model?: () => tf.LayersModel;
  readonly anytime?: readonly Fault[];
}

/** Explanations on each executor, with everything that is prepared for them. */
export async function explainScenarios(): Promise<AnyScenario[]> {
  await useBackend('cpu');
  const gpu = gpuCensus();
  const { runtime } = await findOnnxRuntime();
  const sessions = runtime && new SessionCensus(runtime.InferenceSession);
  kernelsArePoints(tf.engine(), () => tf.getBackend() === 'wasm');
  const census = (): Census => {
    releaseSessions();
    return {
      tensors: tf.memory().numTensors,
      'GPU devices': gpu.devices,
      'GPU buffers': gpu.buffers - backendBuffers(gpu),
      sessions: sessions?.sessions ?? 0,
      timers: timers(),
    };
  };
  const ablation = { method: 'ablation-cam', backend: 'cpu', layer: 'last' } as const;
  const anytime = [gpu.loss];
  const cases: readonly Case[] = [
    { name: 'one dispatch on WebGPU', options: { ...ablation, executor: 'webgpu' }, anytime },
    { name: 'steps on WebGPU', options: { ...ablation, executor: 'webgpu', layer: 'first' }, anytime },
    {
      name: 'a layer without a rule on WebGPU',
      options: { ...ablation, executor: 'webgpu' },
      model: ownLayerModel,
      anytime,
    },
    {
      name: 'network and ablation on WebGPU',
      options: { ...ablation, backend: 'webgpu', executor: 'webgpu' },
      anytime,
    },
    { name: 'TensorFlow.js', options: { ...ablation, executor: 'tfjs', layer: 'first' } },
    { name: 'TensorFlow.js on WebAssembly', options: { ...ablation, backend: 'wasm', executor: 'tfjs' } },
    { name: 'ONNX Runtime', options: { ...ablation, backend: 'onnxruntime', executor: 'onnxruntime' } },
    { name: 'plan on ONNX Runtime', options: { ...ablation, executor: 'onnxruntime', layer: 'first' } },
    { name: 'float64', options: { ...ablation, executor: 'reference', layer: 'first' } },
    { name: 'naive', options: { ...ablation, strategy: 'naive' } },
    ...methodNames
      .filter((method) => method !== 'ablation-cam')
      .map((method): Case => ({ name: `method ${method}`, options: { method, backend: 'cpu' } })),
  ];
  return [
    ...cases.map((one) => scenario(`explain, ${one.name}`, () => explainScenario(one, census))),
    scenario("explain, on the caller's device", () => ownDeviceScenario(anytime, census)),
    scenario('explain, after the device was released', () => releasedScenario(anytime, census)),
  ];
}

/**
 * Buffers of TensorFlow.js's WebGPU backend: those it keeps for tensors to come, and those of tensors, which are counted as such.
 * 4.22 loses one of a tensor whose upload finds no memory.
 */
function backendBuffers(gpu: ReturnType<typeof gpuCensus>): number {
  const backend = tf.findBackend('webgpu') as {
    readonly device?: GPUDevice;
    readonly bufferManager?: { getNumFreeBuffers(): number; getNumUsedBuffers(): number };
  } | null;
  const { device, bufferManager: buffers } = backend ?? {};
  if (!device || !buffers || !gpu.has(device)) return 0;
  return buffers.getNumFreeBuffers() + buffers.getNumUsedBuffers();
}

async function explainScenario(
  { options, model: make = signalModel, anytime = [] }: Case,
  census: () => Census,
): Promise<Unnamed> {
  const input = randomInput([2, 8, 2], 7);
  let model = make();
  const expected = await expectedOf(model, options);
  return {
    anytime,
    prepare: () => {
      model.dispose();
      model = make();
    },
    run: async ({ signal, callback }) => {
      const onProgress = callback('onProgress', () => undefined);
      const explainer = await createExplainer(model, { ...options, signal, onProgress });
      try {
        await explainer.explain(input);
        return await explainer.explain(input);
      } finally {
        await explainer.dispose();
      }
    },
    check: ({ explanations }) => {
      assertClose(
        explanations.flatMap(({ map }) => [...map.data]),
        expected,
        CLOSE,
      );
    },
    census,
  };
}

/** The maps by the executor in float64, or by the method as it is. */
async function expectedOf(model: tf.LayersModel, options: ExplainOptions): Promise<number[]> {
  const exact = options.method === 'ablation-cam' ? { executor: 'reference', strategy: 'planned' } : {};
  const { explanations } = await explain(model, randomInput([2, 8, 2], 7), {
    ...options,
    backend: 'cpu',
    ...exact,
  } as ExplainOptions);
  return explanations.flatMap(({ map }) => [...map.data]);
}

/** The shared device given back and asked for again, and a call without an explainer of its own. */
async function releasedScenario(anytime: readonly Fault[], census: () => Census): Promise<Unnamed> {
  const model = signalModel();
  const options = { backend: 'webgpu', executor: 'webgpu', layer: 'last' } as const;
  const expected = await expectedOf(model, { method: 'ablation-cam', layer: 'last' });
  return {
    anytime,
    run: async ({ signal, callback }) => {
      await releaseDevice();
      const onProgress = callback('onProgress', () => undefined);
      return ablationCam(model, randomInput([2, 8, 2], 7), { ...options, signal, onProgress });
    },
    check: ({ explanations }) => {
      assertClose(
        explanations.flatMap(({ map }) => [...map.data]),
        expected,
        CLOSE,
      );
    },
    census,
  };
}

/** A device of the caller's, who requests another one where it was lost. */
async function ownDeviceScenario(anytime: readonly Fault[], census: () => Census): Promise<Unnamed> {
  // Scenarios before had the shared one, which a loss of all devices would take along.
  await releaseDevice();
  const model = signalModel();
  const options = { backend: 'webgpu', executor: 'webgpu', layer: 'last' } as const;
  const expected = await expectedOf(model, { method: 'ablation-cam', layer: 'last' });
  let device = await requestDevice();
  return {
    anytime,
    run: async ({ signal, callback }) => {
      if (device.isLost) device = await requestDevice();
      const onProgress = callback('onProgress', () => undefined);
      return ablationCam(model, randomInput([2, 8, 2], 7), { ...options, device, signal, onProgress });
    },
    check: ({ explanations }) => {
      assertClose(
        explanations.flatMap(({ map }) => [...map.data]),
        expected,
        CLOSE,
      );
    },
    census,
  };
}
