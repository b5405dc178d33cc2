import type { ClassSelection, GraphOutput } from '@ablation-cam/kernels';
import {
  obstaclesBetween,
  resolveOutput,
  networkOf,
  type NetworkSource,
  type Obstacles,
  type SizedNetwork,
} from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import { readBatch, type InputBatch, type HeldInput } from '../forward/model-input.ts';
import { choiceOf } from '../methods/check-option.ts';
import type { CommonOptions } from '../methods/options.ts';
import {
  chooseRuntime,
  keepingBackend,
  type Runtime,
  type RuntimeSettings,
} from '../runtime/choose-runtime.ts';
import { endingSoon } from '../runtime/ending-soon.ts';
import { exclusive } from '../runtime/exclusive.ts';
import { bindTarget, classOutput, type BoundTarget, type ClassOutput } from '../targets/bound-target.ts';
import { selectedClasses } from '../targets/selected-classes.ts';
import { classTarget, type Target } from '../targets/target.ts';

/** One call of a method or a metric: its inputs checked, its backend current, its targets known. */
export interface Call {
  readonly network: SizedNetwork;
  readonly batch: InputBatch;
  /** Position of the output among the network's. */
  readonly outputIndex: number;
  readonly output: GraphOutput;
  readonly classes: ClassOutput | null;
  readonly targets: readonly BoundTarget[];
  /** The classes whose scores the targets are, or null where the caller gave targets. */
  readonly selection: ClassSelection | null;
  readonly runtime: Runtime;
  readonly signal: AbortSignal | undefined;
  readonly clock: CallClock;
  /** Tells the caller the share of the work that is done. */
  readonly report: (done: number) => void;
}

/** Where the time of a call goes, in milliseconds. */
export interface CallClock {
  readonly startedAt: number;
  forwardMs: number;
  weightsMs: number;
  mapMs: number;
}

/** What a call may want to run on besides a backend. */
export interface CallRuntime extends Pick<RuntimeSettings, 'executor'> {
  /** Whether the passes must be those of the network's own layers. */
  readonly ownLayers: boolean;
}

/** A method without an executor. */
export const ON_BACKEND: CallRuntime = { executor: null, ownLayers: false };

/**
 * Checks what a call was given, makes its backend current, lets `work` work, and puts back what was so before, also after
 * an error. One call runs at a time.
 *
 * @throws XaiError for options and inputs that do not fit; ModelError for an output that does not exist; KernelsError
 *   `no-adapter` where WebGPU was asked for; the signal's reason
 */
export async function openCall<T>(
  source: NetworkSource,
  held: HeldInput,
  options: CommonOptions,
  wanted: CallRuntime,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  const { signal, onProgress, classIndex = 'predicted' } = options;
  const score = choiceOf('score', options.score ?? 'probability', ['probability', 'logit']);
  const backend = choiceOf('backend', options.backend ?? 'auto', [
    'auto',
    'webgpu',
    'onnxruntime',
    'wasm',
    'cpu',
  ]);
  if (typeof classIndex === 'string') checkClassWord(classIndex);
  signal?.throwIfAborted();
  const run = exclusive(() =>
    keepingBackend(async () => {
      signal?.throwIfAborted();
      const clock = { startedAt: performance.now(), forwardMs: 0, weightsMs: 0, mapMs: 0 };
      const network = await networkOf(source);
      const batch = await readBatch(network, held);
      const sized = await network.at(batch.arrays.map(({ shape }) => shape.slice(1)));
      const outputIndex = resolveOutput(network, options.output);
      const output = sized.graph.outputs[outputIndex];
      if (!output) throw new RangeError(`The network has no output ${String(outputIndex)}.`);
      const classes = classOutput(sized.graph, output);
      const selection =
        options.target === undefined ? selectedClasses(classIndex, classes?.classes ?? 0) : null;
      const given = options.target ?? classTargets(selection ?? 'predicted', score, classes);
      const targets = (isList(given) ? given : [given]).map((target) =>
        bindTarget(target, sized.graph, output),
      );
      if (targets.length === 0) throw new XaiError('invalid-option', 'The list of targets is empty.');
      const runtime = await chooseRuntime(
        { backend, executor: wanted.executor },
        options.device,
        obstaclesOf(sized, output, targets, wanted),
      );
      await sized.ready();
      return work({
        network: sized,
        batch,
        outputIndex,
        output,
        classes,
        targets,
        selection,
        runtime,
        signal,
        clock,
        report: (done) => onProgress?.(done),
      });
    }),
  );
  return endingSoon(signal, run);
}

/** Why an engine cannot do the passes of a call. */
function obstaclesOf(
  network: SizedNetwork,
  { logits }: GraphOutput,
  targets: readonly BoundTarget[],
  { ownLayers }: CallRuntime,
): Obstacles {
  const { inputs } = network.graph;
  const found = obstaclesBetween(network, inputs, [logits, ...targets.map(({ node }) => node)]);
  if (!ownLayers || found.tensorFlow !== null) return found;
  return { ...found, onnxRuntime: "the naive strategy runs the network's own layers" };
}

function checkClassWord(classIndex: string): void {
  if (['predicted', 'all'].includes(classIndex)) return;
  throw new XaiError(
    'invalid-option',
    `classIndex is "${classIndex}"; choose predicted, all, class indices or { topK }.`,
  );
}

function classTargets(
  selection: ClassSelection,
  score: 'probability' | 'logit',
  classes: ClassOutput | null,
): Target[] {
  if (selection === 'predicted') return [classTarget(score, 'predicted')];
  if (selection === 'all') {
    return Array.from({ length: classes?.classes ?? 0 }, (_, c) => classTarget(score, c));
  }
  if ('topK' in selection) {
    return Array.from({ length: selection.topK }, (_, rank) => classTarget(score, { rank }));
  }
  return selection.map((index) => classTarget(score, index));
}

function isList(target: Target | readonly Target[]): target is readonly Target[] {
  return Array.isArray(target);
}
