import type * as tf from '@tensorflow/tfjs';
import type { ClassSelection, Device } from '@ablation-cam/kernels';
import {
  extractTail,
  fetchWeights,
  resolveTarget,
  type ExtractedTail,
  type LayerGraph,
  type TargetLayer,
} from '@ablation-cam/model';
import { throwIfAborted } from '../errors.ts';
import type { AblationCamResult } from '../explanation/explanation.ts';
import { settingsOf, type AblationCamOptions, type AblationCamSettings } from '../explanation/options.ts';
import { ResultBuilder } from '../explanation/result-builder.ts';
import { continueTail } from '../forward/continue-tail.ts';
import { forwardPass } from '../forward/forward-pass.ts';
import type { Batch, ExplainedInput } from '../forward/model-input.ts';
import { eachPass, openModel } from '../forward/open-model.ts';
import { naiveAblation } from '../naive/naive-ablation.ts';
import { chooseExecutor, type PlannedExecutor } from '../runtime/choose-executor.ts';
import { chooseRuntime, keepingBackend, type Runtime } from '../runtime/choose-runtime.ts';
import { exclusive } from '../runtime/exclusive.ts';
import { selectedClasses } from '../targets/selected-classes.ts';
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
 *   KernelsError `no-adapter` where WebGPU was asked for, `device-lost` (the next call gets a new device), `too-large`
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
  const planned =
    settings.strategy === 'naive'
      ? null
      : chooseExecutor(extracted.tail, settings.executor, runtime, batch.inputs);
  const job = { model, graph, target, extracted, batch, classes, selection, settings, options, runtime };
  const builder = new ResultBuilder({ ...job, executor: planned?.choice ?? null });
  await (planned ? runPlan(job, planned, builder) : runNaive(job, builder));
  return builder.result(performance.now() - start);
}

/** All channels together, in chunks of inputs. */
async function runPlan(job: Job, { executor, plan }: PlannedExecutor, builder: ResultBuilder): Promise<void> {
  const { graph, extracted, batch, settings, options, runtime } = job;
  const ablation = await ablationValue(settings.ablation, job.target);
  const prepared = await executor.prepare(plan);
  const constants = plan.kind === 'steps' ? plan.given.map(({ node }) => node) : [];
  try {
    await eachPass(job, options.signal, async (inputs, first, count) => {
      const started = performance.now();
      const device: Device | null = executor.name === 'webgpu' ? runtime.device : null;
      const forward = await forwardPass(
        graph,
        extracted,
        inputs,
        device,
        constants.filter((node) => node !== extracted.tail.target),
      );
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
          constants: forward.constants,
          continueFrom: continueTail(graph, extracted),
          signal: options.signal,
          onProgress: (done) => options.onProgress?.((first + done) / batch.inputs),
        });
        builder.add(first, count, output);
      } finally {
        forward.dispose();
      }
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
  await eachPass(job, options.signal, async (inputs, first, count) => {
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
