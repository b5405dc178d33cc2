import * as tf from '@tensorflow/tfjs';
import { networkOf, type Network, type SizedNetwork } from '@ablation-cam/model';
import { createExplainer, type Explanation, type ExplanationResult } from '@ablation-cam/xai';
import { BenchError } from '../errors.ts';
import { largestOfEach, LARGEST_RELATIVE_ERROR, maxRelativeError } from '../measure/agreement.ts';
import { fillMoment, otherWork } from '../measure/moments.ts';
import { summarize } from '../measure/statistics.ts';
import type { EndToEndResult, ExplanationParts, Spread } from '../results/result.ts';
import type { BenchBackend, BenchRuntime } from '../open-case/runtime.ts';
import type { EndToEndCase } from './end-to-end-case.ts';

export interface EndToEndOptions {
  /** The most rounds. */
  readonly rounds: number;
  /** How long the rounds of one network on one backend should take; there are a few in any case. */
  readonly caseMs: number;
  readonly signal: AbortSignal;
  readonly onStep: (what: string) => void;
}

/** Rounds that there are however long they take: of fewer a median says little. */
const FEWEST_ROUNDS = 3;

/** One input on the host, as a program has it. */
interface Input {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/**
 * Times a forward pass, Ablation-CAM and Grad-CAM of a network in interleaved rounds, after Ablation-CAM's weights were held
 * against the float64 executor.
 *
 * @throws BenchError `disagreement` where the weights differ; the signal's reason
 */
export async function measureEndToEnd(
  benchCase: EndToEndCase,
  backend: BenchBackend,
  runtime: BenchRuntime,
  options: EndToEndOptions,
): Promise<EndToEndResult> {
  const { onStep, signal } = options;
  await runtime.use(backend);
  onStep('building');
  const model = await benchCase.network();
  try {
    const network = networkOf(model);
    const sized = await network.at();
    const input = { data: await benchCase.data(sized), shape: inputShape(sized) };
    const common = {
      ...(benchCase.layer === null ? {} : { layer: benchCase.layer }),
      ...(runtime.device ? { device: runtime.device } : {}),
      backend,
    };
    await using ablationCam = await createExplainer(network, { method: 'ablation-cam', ...common });
    await using gradCam = await createExplainer(network, { method: 'grad-cam', ...common });
    onStep('warm-up');
    const timed: Timed = {
      forward: () => forwardPass(sized, input, runtime, backend),
      ablationCam: () => ablationCam.explain(input),
      gradCam: () => gradCam.explain(input),
    };
    const first = await timed.ablationCam();
    const warm = {
      ablationCamMs: await msOf(timed.ablationCam),
      gradCamMs: await msOf(timed.gradCam),
      forwardMs: await msOf(timed.forward),
    };
    signal.throwIfAborted();
    onStep('float64 executor');
    const error = await errorOf(first, network, input, { ...common, backend: 'wasm' });
    if (!(error <= LARGEST_RELATIVE_ERROR)) {
      throw new BenchError(
        'disagreement',
        `Ablation-CAM's weights of "${benchCase.name}" on ${backend} differ from float64 by ${error.toExponential(1)} of the ` +
          `largest; at most ${LARGEST_RELATIVE_ERROR.toExponential()} is expected.`,
      );
    }
    const times = await timeInRounds(timed, warm, options);
    return {
      case: benchCase.name,
      title: benchCase.title,
      backend,
      executor: first.executor?.chosen ?? 'auto',
      layer: first.layers[0] ?? '',
      channels: first.channels ?? 0,
      classes: first.classes ?? 0,
      maxRelativeError: error,
      mostRatio: benchCase.mostRatio,
      ...times,
    };
  } finally {
    model.dispose();
  }
}

interface Timed {
  readonly forward: () => Promise<unknown>;
  readonly ablationCam: () => Promise<ExplanationResult>;
  readonly gradCam: () => Promise<ExplanationResult>;
}

interface RunTimes {
  readonly forwardMs: number;
  readonly ablationCamMs: number;
  readonly gradCamMs: number;
}

/** The times of one round. */
interface Round extends RunTimes {
  readonly parts: ExplanationParts;
}

async function timeInRounds(
  { forward, ablationCam, gradCam }: Timed,
  warm: RunTimes,
  { rounds: most, caseMs, signal, onStep }: EndToEndOptions,
): Promise<Pick<EndToEndResult, 'rounds' | 'forward' | 'ablationCam' | 'gradCam' | 'ratio' | 'parts'>> {
  const end = performance.now() + caseMs;
  const rounds: Round[] = [];
  // About how long a run takes, from the round before.
  let last = warm;
  while (rounds.length < most && (rounds.length < FEWEST_ROUNDS || performance.now() < end)) {
    signal.throwIfAborted();
    onStep(`round ${rounds.length + 1} of ${most}`);
    const forwardRuns = await fillMoment(last.forwardMs, forward);
    const ablationRuns = await fillMoment(last.ablationCamMs, ablationCam);
    const gradRuns = await fillMoment(last.gradCamMs, gradCam);
    const round = {
      forwardMs: summarize(forwardRuns.map(({ ms }) => ms)).median,
      ablationCamMs: summarize(ablationRuns.map(({ ms }) => ms)).median,
      gradCamMs: summarize(gradRuns.map(({ ms }) => ms)).median,
      parts: medianParts(ablationRuns.map(({ value }) => partsOf(value))),
    };
    rounds.push(round);
    last = round;
    await otherWork();
  }
  return {
    rounds: rounds.length,
    forward: spreadOf(rounds.map(({ forwardMs }) => forwardMs)),
    ablationCam: spreadOf(rounds.map(({ ablationCamMs }) => ablationCamMs)),
    gradCam: spreadOf(rounds.map(({ gradCamMs }) => gradCamMs)),
    ratio: summarize(rounds.map(({ ablationCamMs, gradCamMs }) => ablationCamMs / gradCamMs)).median,
    parts: medianParts(rounds.map(({ parts }) => parts)),
  };
}

async function msOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function partsOf({ timings: { forwardMs, weightsMs, mapMs, totalMs } }: ExplanationResult): ExplanationParts {
  return { forwardMs, weightsMs, mapMs, overheadMs: totalMs - forwardMs - weightsMs - mapMs };
}

function medianParts(all: readonly ExplanationParts[]): ExplanationParts {
  const median = (name: keyof ExplanationParts): number => summarize(all.map((parts) => parts[name])).median;
  return {
    forwardMs: median('forwardMs'),
    weightsMs: median('weightsMs'),
    mapMs: median('mapMs'),
    overheadMs: median('overheadMs'),
  };
}

function spreadOf(times: readonly number[]): Spread {
  const { median, quartiles } = summarize(times);
  return { medianMs: median, quartilesMs: quartiles };
}

/** One pass through the network: input from the host, logits back on the host. */
async function forwardPass(
  network: SizedNetwork,
  { data, shape }: Input,
  runtime: BenchRuntime,
  backend: BenchBackend,
): Promise<void> {
  await runtime.use(backend);
  const { inputs, outputs } = network.graph;
  const logits = tf.tidy(() => {
    const feeds = new Map([[inputs[0] ?? 0, tf.tensor(data, [1, ...shape])]]);
    return network.run(feeds, [outputs[0]?.logits ?? -1] as const)[0];
  });
  try {
    await runtime.wait(logits.data());
  } finally {
    logits.dispose();
  }
}

/** max |dw| / max |w| against the float64 executor. */
async function errorOf(
  { explanations }: ExplanationResult,
  network: Network,
  input: Input,
  options: { readonly layer?: string; readonly backend: BenchBackend },
): Promise<number> {
  const { backend, layer } = options;
  await using exact = await createExplainer(network, {
    method: 'ablation-cam',
    executor: 'reference',
    backend,
    ...(layer === undefined ? {} : { layer }),
  });
  const wanted = weightsOf((await exact.explain(input)).explanations);
  return maxRelativeError(weightsOf(explanations), wanted, largestOfEach(wanted, 1));
}

function weightsOf(explanations: readonly Explanation[]): ArrayLike<number> {
  return explanations[0]?.weights ?? [];
}

function inputShape({ graph }: SizedNetwork): readonly number[] {
  return graph.nodes[graph.inputs[0] ?? -1]?.shape ?? [];
}
