import { resolveTarget, type Layered, type SizedLayer } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import type { Choice, Explanation, ExplanationResult } from '../explanation/explanation.ts';
import { refuseNotFinite } from '../explanation/refuse-not-finite.ts';
import { attributions, cams } from '../methods/fetched-methods.ts';
import { meanOfLayers } from '../methods/mean-of-layers.ts';
import type { CamMethod } from '../methods/cam.ts';
import type { CamOptions } from '../methods/options.ts';
import type { Method } from '../methods/registry.ts';
import type { ExecutorName, Plan } from '@ablation-cam/kernels';
import type { Call } from './call.ts';
import type { PreparedAblations } from './prepared-ablations.ts';
import { runAblation, type AblationRun } from './run-ablation.ts';

/** What a method found out on one layer or on the input. */
type Run = Pick<AblationRun, 'explanations'> & Partial<AblationRun>;

/** What a call gave, and the plan of an ablation of one layer. */
export interface MethodRun {
  readonly result: ExplanationResult;
  readonly plan: Plan | null;
}

/**
 * Runs a method in a call, on one layer, on several or on the input, and returns what every method returns.
 *
 * @throws ModelError `not-finite` for a result with NaN or an infinite number in it
 */
export async function runMethod(
  method: Method,
  call: Call,
  options: CamOptions,
  prepared: PreparedAblations,
): Promise<MethodRun> {
  if ('attribute' in method) {
    const { runAttribution } = await attributions();
    const run = { explanations: await runAttribution(method, call) };
    await refuseNotFinite(call, run.explanations);
    return { result: resultOf(method, call, options, [], [run]), plan: null };
  }
  const layers = targetLayers(call, options);
  const runs: Run[] = [];
  for (const [index, layer] of layers.entries()) {
    const report = (done: number): void => {
      call.report((index + done) / layers.length);
    };
    const own = { ...call, report };
    const run =
      method.name === 'ablation-cam'
        ? await runAblation(method, own, layer, prepared)
        : { explanations: await camExplanations(method, own, layer) };
    await refuseNotFinite(call, run.explanations);
    runs.push(run);
  }
  const plan = runs.length === 1 ? (runs[0]?.plan ?? null) : null;
  return { result: resultOf(method, call, options, layers, runs), plan };
}

async function camExplanations(method: CamMethod, call: Call, layer: SizedLayer): Promise<Explanation[]> {
  const { runCam } = await cams();
  return runCam(method, call, layer);
}

/** The layers that options name, or the default one. @throws ModelError for layers that do not exist; XaiError */
export function targetLayers(
  { network }: Pick<Call, 'network'>,
  { layer, layers, call, output }: CamOptions,
): SizedLayer[] {
  if (layer !== undefined && layers !== undefined) {
    throw new XaiError('invalid-option', 'Both layer and layers are given; give one of them.');
  }
  if (layers?.length === 0) throw new XaiError('invalid-option', 'The list of layers is empty.');
  const layered: Layered<SizedLayer> = { outputs: network.network.outputs, layers: network.layers };
  return (layers ?? [layer]).map((name) => resolveTarget(layered, { layer: name, call, output }).layer);
}

function resultOf(
  method: Method,
  call: Call,
  options: CamOptions,
  layers: readonly SizedLayer[],
  runs: readonly Run[],
): ExplanationResult {
  const { targets, runtime, classes, clock } = call;
  const executor: Choice<ExecutorName> | null = runs[0]?.executor ?? null;
  const usesGpu = executor?.chosen === 'webgpu' || runtime.backend.chosen === 'webgpu';
  const score = targets[0]?.score ?? 'function';
  const stopsAtLogits =
    options.target === undefined && (options.score ?? 'probability') === 'probability' && score === 'logit';
  const explanations: readonly Explanation[] =
    runs.length > 1
      ? meanOfLayers(
          call,
          method.name,
          runs.map((run) => run.explanations),
        )
      : (runs[0]?.explanations ?? []);
  return {
    method: method.name,
    explanations,
    layers: layers.map(({ name }) => name),
    channels: layers.length === 1 ? (layers[0]?.shape.at(-1) ?? null) : null,
    classes: classes?.classes ?? null,
    targets: targets.map(({ name }) => name),
    score,
    settings:
      method.name === 'ablation-cam'
        ? {
            ablation: method.ablation,
            weighting: method.weighting,
            norm: method.norm,
            strategy: method.strategy,
          }
        : null,
    backend: runtime.backend,
    executor,
    adapter: usesGpu ? (runtime.device?.adapter ?? null) : null,
    dispatches: {
      ablation: runs.reduce((sum, { dispatches }) => sum + (dispatches?.ablation ?? 0), 0),
      map: runs.reduce((sum, { dispatches }) => sum + (dispatches?.map ?? 0), 0),
    },
    timings: {
      forwardMs: clock.forwardMs,
      weightsMs: clock.weightsMs,
      mapMs: clock.mapMs,
      totalMs: performance.now() - clock.startedAt,
    },
    warnings: [
      ...(stopsAtLogits
        ? ['The network stops at its logits, so these are explained instead of probabilities.']
        : []),
      ...new Set(runs.flatMap(({ warnings }) => warnings ?? [])),
    ],
  };
}
