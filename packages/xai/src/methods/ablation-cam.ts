import type * as tf from '@tensorflow/tfjs';
import { planAblation, type ClassSelection, type Device } from '@ablation-cam/kernels';
import {
  extractTail,
  fetchWeights,
  layerGraph,
  resolveTarget,
  type ExtractedTail,
  type LayerGraph,
  type TargetLayer,
} from '@ablation-cam/model';
import { throwIfAborted, XaiError } from '../errors.ts';
import type { AblationCamResult } from '../explanation/explanation.ts';
import {
  settingsOf,
  type AblationCamOptions,
  type AblationCamSettings,
  type ClassIndexOption,
} from '../explanation/options.ts';
import { ResultBuilder } from '../explanation/result-builder.ts';
import { forwardPass, inputsPerPass } from '../forward/forward-pass.ts';
import { batchTensors, readBatch, type Batch, type ExplainedInput } from '../forward/model-input.ts';
import { naiveAblation } from '../naive/naive-ablation.ts';
import { chooseRuntime, keepingBackend, type Runtime } from '../runtime/choose-runtime.ts';
import { exclusive } from '../runtime/exclusive.ts';
import { ablationValue } from './ablation-values.ts';

/**
 * Explains what a classifier saw: switches off every channel of a feature map, measures how far the class score falls, and
 * weighs the channels by that.
 *
 * Source: Desai and Ramaswamy, "Ablation-CAM: Visual Explanations for Deep Convolutional Network via Gradient-free
 * Localization", WACV 2020. The result is exact: up to rounding it is that of one pass through the network a channel.
 * Deviations: the relative drop divides by |y|; the score is by default the probability, as in common implementations.
 *
 * @param model a Keras-style model of TensorFlow.js; it is only read (the naive strategy with `zero-kernel` changes one
 *   filter and puts it back). TensorFlow.js's current backend is the same after the call as before.
 * @param input one input or a batch, `[...shape]` or `[batch, ...shape]`; tensors stay the caller's
 * @returns one explanation for each input and class; plain arrays, nothing to dispose of
 * @throws XaiError for options and inputs that do not fit; ModelError for a layer that does not exist or has no channels;
 *   KernelsError `no-adapter` where WebGPU was asked for, `unsupported-tail` naming an operation the single dispatch does
 *   not cover, `device-lost` (the next call gets a new device), `too-large`
 */
export async function ablationCam(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: AblationCamOptions = {},
): Promise<AblationCamResult> {
  const settings = settingsOf(options);
  throwIfAborted(options.signal);
  return exclusive(() => keepingBackend(() => explain(model, input, options, settings)));
}

/** One call, its inputs checked and its target known. */
interface Job {
  readonly model: tf.LayersModel;
  readonly graph: LayerGraph;
  readonly target: TargetLayer;
  readonly extracted: ExtractedTail;
  readonly batch: Batch;
  readonly classes: number;
  readonly selection: ClassSelection;
  readonly settings: AblationCamSettings;
  readonly options: AblationCamOptions;
  readonly runtime: Runtime;
}

async function explain(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: AblationCamOptions,
  settings: AblationCamSettings,
): Promise<AblationCamResult> {
  const start = performance.now();
  const { graph, batch } = await openModel(model, input);
  const target = resolveTarget(graph, options);
  const runtime = await chooseRuntime(settings, options.device);
  await fetchWeights(model);
  const extracted = await extractTail(graph, target.tensor, target.output.name);
  const classes = extracted.tail.nodes[extracted.tail.output]?.shape[0] ?? 0;
  const selection = selectedClasses(settings.classIndex, classes);
  const job = { model, graph, target, extracted, batch, classes, selection, settings, options, runtime };
  const builder = new ResultBuilder(job);
  await (settings.strategy === 'naive' ? runNaive(job, builder) : runPlan(job, builder));
  return builder.result(performance.now() - start);
}

/** All channels together, in chunks of inputs. */
async function runPlan(job: Job, builder: ResultBuilder): Promise<void> {
  const { graph, extracted, batch, settings, options, runtime } = job;
  const ablation = await ablationValue(settings.ablation, job.target);
  const prepared = await runtime.executor.prepare(planAblation(extracted.tail));
  try {
    await eachPass(job, async (inputs, first, count) => {
      const started = performance.now();
      const device: Device | null = runtime.executor.name === 'webgpu' ? runtime.device : null;
      const forward = await forwardPass(graph, extracted, inputs, device);
      try {
        builder.addForward(performance.now() - started);
        const output = await prepared.run({
          inputs: count,
          activation: forward.activation,
          logits: forward.logits,
          ablation,
          score: builder.score,
          weighting: settings.weighting,
          norm: settings.norm,
          classes: job.selection,
          signal: options.signal,
        });
        builder.add(first, count, output);
      } finally {
        forward.dispose();
      }
      options.onProgress?.((first + count) / batch.inputs);
    });
  } finally {
    prepared.dispose();
  }
}

/** One pass through the network a channel. */
async function runNaive(job: Job, builder: ResultBuilder): Promise<void> {
  const { model, graph, target, extracted, batch, classes, settings, options } = job;
  const ablation = await ablationValue(settings.ablation, target);
  // Zeroing the filter of a layer that is called twice would ablate both calls.
  const isCalledOnce = graph.calls.filter(({ layer }) => layer === target.layerCall.layer).length === 1;
  const channels = target.shape.at(-1) ?? 1;
  await eachPass(job, async (inputs, first, count) => {
    const output = await naiveAblation({
      network: { model, graph, target, extracted, classes, score: builder.score },
      inputs,
      ablation,
      zeroesFilters: settings.ablation === 'zero-kernel' && isCalledOnce,
      weighting: settings.weighting,
      norm: settings.norm,
      classes: job.selection,
      signal: options.signal,
      onChannel: (done) => options.onProgress?.((first + (count * done) / channels) / batch.inputs),
    });
    builder.addForward(output.forwardMs);
    builder.add(first, count, output);
  });
}

/** Calls `work` with the tensors of each pass, and frees them. */
async function eachPass(
  { graph, batch, options }: Job,
  work: (inputs: readonly tf.Tensor[], first: number, count: number) => Promise<void>,
): Promise<void> {
  const size = inputsPerPass(graph);
  for (let first = 0; first < batch.inputs; first += size) {
    throwIfAborted(options.signal);
    const count = Math.min(size, batch.inputs - first);
    const inputs = batchTensors(batch, first, first + count);
    try {
      await work(inputs, first, count);
    } finally {
      for (const tensor of inputs) tensor.dispose();
    }
  }
}

/** The model as a graph with definite sizes, and its inputs. */
async function openModel(
  model: tf.LayersModel,
  input: ExplainedInput,
): Promise<{ graph: LayerGraph; batch: Batch }> {
  const graph = layerGraph(model);
  const batch = await readBatch(graph, input);
  const isOpen = graph.tensors.some(({ shape }) => shape.includes(null));
  const shapes = batch.arrays.map(({ shape }) => shape.slice(1));
  return { graph: isOpen ? layerGraph(model, shapes) : graph, batch };
}

function selectedClasses(option: ClassIndexOption, classes: number): ClassSelection {
  if (typeof option === 'string') return option;
  const indices = typeof option === 'number' ? [option] : option;
  if (indices.length === 0) throw new XaiError('invalid-option', 'The list of classes is empty.');
  for (const index of indices) {
    if (!Number.isInteger(index) || index < 0 || index >= classes) {
      throw new XaiError(
        'invalid-option',
        `Class ${String(index)} is out of range: the model has ${String(classes)} classes, 0 to ${String(classes - 1)}.`,
      );
    }
  }
  return indices;
}
