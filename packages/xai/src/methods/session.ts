import type * as tf from '@tensorflow/tfjs';
import { fetchWeights, resolveOutput, type GraphOutput } from '@ablation-cam/model';
import { throwIfAborted, XaiError } from '../errors.ts';
import type { Explanation } from '../explanation/explanation.ts';
import { settingsOf } from '../explanation/options.ts';
import type { ExplainedInput } from '../forward/model-input.ts';
import { openModel, type OpenModel } from '../forward/open-model.ts';
import { chooseRuntime, keepingBackend, type Runtime } from '../runtime/choose-runtime.ts';
import { exclusive } from '../runtime/exclusive.ts';
import { bindTarget, classOutput, type BoundTarget, type ClassOutput } from '../targets/bound-target.ts';
import { selectedClasses } from '../targets/selected-classes.ts';
import { classTarget, type Target } from '../targets/target.ts';
import type { MethodName } from './names.ts';
import type { CommonOptions } from './options.ts';
import type { MethodResult } from './result.ts';

/** One call of a method: its inputs checked, its backend current, its targets known. */
export interface Session extends OpenModel {
  readonly startedAt: number;
  readonly output: GraphOutput;
  readonly classes: ClassOutput | null;
  readonly targets: readonly BoundTarget[];
  readonly runtime: Runtime;
  readonly signal: AbortSignal | undefined;
  /** Tells the caller the share of the work that is done. */
  readonly report: (done: number) => void;
}

/** What a method leaves to its session. */
export interface SessionOutcome {
  /** By input, then by target. */
  readonly explanations: readonly Explanation[];
  readonly layers: readonly string[];
}

/**
 * Runs a method in a session of its own.
 *
 * @throws what `openSession` throws
 */
export async function runSession(
  method: MethodName,
  model: tf.LayersModel,
  input: ExplainedInput,
  options: CommonOptions,
  work: (session: Session) => Promise<SessionOutcome>,
): Promise<MethodResult> {
  return openSession(model, input, options, async (session) => {
    const { targets, runtime } = session;
    const { explanations, layers } = await work(session);
    const score = targets[0]?.score ?? 'function';
    const stopsAtLogits =
      options.target === undefined && (options.score ?? 'probability') === 'probability' && score === 'logit';
    return {
      method,
      explanations,
      layers,
      targets: targets.map(({ name }) => name),
      score,
      backend: runtime.backend,
      executor: null,
      adapter: runtime.backend.chosen === 'webgpu' ? (runtime.device?.adapter ?? null) : null,
      timings: { totalMs: performance.now() - session.startedAt },
      warnings: stopsAtLogits
        ? ['The network stops at its logits, so these are explained instead of probabilities.']
        : [],
    };
  });
}

/**
 * Checks what a call was given, makes its backend current, lets `work` work, and puts back what was so before, also after
 * an error. One session runs at a time.
 *
 * @throws XaiError for options and inputs that do not fit; ModelError for an output that does not exist; KernelsError
 *   `no-adapter` where WebGPU was asked for
 */
export async function openSession<T>(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: CommonOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { classIndex, score, backend } = settingsOf({
    classIndex: options.classIndex,
    score: options.score,
    backend: options.backend,
  });
  if (options.target !== undefined && (options.classIndex !== undefined || options.score !== undefined)) {
    throw new XaiError(
      'invalid-option',
      'Both a target and a class or score are given; the target says all of it, so leave out the others.',
    );
  }
  throwIfAborted(options.signal);
  return exclusive(() =>
    keepingBackend(async () => {
      const startedAt = performance.now();
      const opened = await openModel(model, input);
      const output = resolveOutput(opened.graph, options.output);
      const classes = classOutput(opened.graph, output);
      const given =
        options.target ?? classTargets(selectedClasses(classIndex, classes?.classes ?? 0), score, classes);
      const targets = (isList(given) ? given : [given]).map((target) =>
        bindTarget(target, opened.graph, output),
      );
      if (targets.length === 0) throw new XaiError('invalid-option', 'The list of targets is empty.');
      const runtime = await chooseRuntime(
        { backend, executor: 'reference', strategy: 'naive' },
        options.device,
      );
      await fetchWeights(model);
      return work({
        ...opened,
        startedAt,
        output,
        classes,
        targets,
        runtime,
        signal: options.signal,
        report: (done) => options.onProgress?.(done),
      });
    }),
  );
}

function classTargets(
  selection: ReturnType<typeof selectedClasses>,
  score: 'probability' | 'logit',
  classes: ClassOutput | null,
): Target[] {
  if (selection === 'predicted') return [classTarget(score, 'predicted')];
  const indices =
    selection === 'all' ? Array.from({ length: classes?.classes ?? 0 }, (_, c) => c) : selection;
  return indices.map((index) => classTarget(score, index));
}

function isList(target: Target | readonly Target[]): target is readonly Target[] {
  return Array.isArray(target);
}
