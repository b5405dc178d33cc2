/// <reference lib="esnext.disposable" preserve="true" />
import { describePlan, type PlanDescription } from '@ablation-cam/kernels';
import {
  networkOf,
  obstaclesBetween,
  prepareGraph,
  resolveOutput,
  type NetworkSource,
} from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import type { Explanation, ExplanationResult } from '../explanation/explanation.ts';
import { isNative } from '../forward/compute.ts';
import { constantsRead, passNodes } from '../forward/forward-pass.ts';
import { holdInput, type ExplainedInput, type HeldInput } from '../forward/model-input.ts';
import { ablationValue } from '../methods/ablation-values.ts';
import type { MethodName } from '../methods/names.ts';
import type { CamOptions } from '../methods/options.ts';
import { methodOf, type ExplainOptions, type Method, type MethodOptions } from '../methods/registry.ts';
import { chooseRuntime, keepingBackend } from '../runtime/choose-runtime.ts';
import { exclusive } from '../runtime/exclusive.ts';
import { ON_BACKEND, openCall, type CallRuntime } from './call.ts';
import { PreparedAblations } from './prepared-ablations.ts';
import { runMethod, targetLayers } from './run-method.ts';

/** What an option of a call takes the place of, besides the explainer's own of that name. */
const REPLACES: Readonly<Record<string, readonly string[]>> = {
  target: ['classIndex', 'score'],
  classIndex: ['target'],
  score: ['target'],
  layer: ['layers'],
  layers: ['layer'],
};

/** Layers whose plans an explainer keeps, for callers who change the layer from call to call. */
const MOST_LAYERS = 8;

/** A method, tied to a network and prepared for many inputs. */
export interface Explainer<M extends MethodName = MethodName, E extends Explanation = Explanation> {
  readonly method: M;
  /**
   * The plan of Ablation-CAM: of the last call, or of what was prepared before one; null for other methods, the naive
   * strategy and several layers, and before the first input of a network of open sizes.
   */
  readonly plan: PlanDescription | null;
  /**
   * Explains one input or a batch. Calls wait for one another.
   *
   * @param options take the place of those the explainer was made with, for this call
   * @returns one explanation for each input and target; plain arrays, nothing to dispose of
   * @throws XaiError `invalid-input`, `invalid-option`; KernelsError; ModelError; the signal's reason after an abort
   */
  explain(input: ExplainedInput, options?: MethodOptions[M]): Promise<ExplanationResult<E>>;
  /** Frees what was prepared; may be called twice. The network and the shared device stay. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Returns an explainer, for which everything that does not depend on the input is done once: graph, cut, plan, weights on the
 * device, compiled kernels. A network that leaves sizes of its inputs open is prepared at the first input of a size.
 *
 * Weights that change later (training, `setWeights`) are noticed at the next call, which prepares anew.
 *
 * @param source a `tf.LayersModel` or `tf.GraphModel`, which is only read and stays the caller's, or a `Network`
 * @param options the method, Ablation-CAM where it is left out, and what it takes
 * @throws as `explain`
 */
export async function createExplainer<M extends MethodName = 'ablation-cam'>(
  source: NetworkSource,
  options?: ExplainOptions<M> | (M extends 'ablation-cam' ? MethodOptions['ablation-cam'] : never),
): Promise<Explainer<M>> {
  const own = { method: 'ablation-cam', ...options } as ExplainOptions<M>;
  const explainer = new PreparedExplainer(await networkOf(source), own, new PreparedAblations(MOST_LAYERS));
  try {
    await explainer.prepare();
  } catch (error) {
    // A plan may be on the device already.
    await explainer.dispose();
    throw error;
  }
  return explainer;
}

/** Explains with plans that are kept by whoever made it. */
export class PreparedExplainer<M extends MethodName> implements Explainer<M> {
  readonly #source: NetworkSource;
  readonly #options: ExplainOptions<M>;
  readonly #prepared: PreparedAblations;
  #plan: PlanDescription | null = null;
  #isDisposed = false;

  constructor(source: NetworkSource, options: ExplainOptions<M>, prepared: PreparedAblations) {
    this.#source = source;
    this.#options = options;
    this.#prepared = prepared;
  }

  get method(): M {
    return this.#options.method;
  }

  get plan(): PlanDescription | null {
    return this.#plan;
  }

  async explain(input: ExplainedInput, options?: MethodOptions[M]): Promise<ExplanationResult> {
    // Before anything is awaited: the caller may free tensors as soon as the call has been made.
    const held = holdInput(input);
    try {
      return await this.#explain(held, options);
    } finally {
      held.release();
    }
  }

  /** Prepares what is known without an input. */
  async prepare(): Promise<void> {
    const options: CamOptions & ExplainOptions<M> = this.#options;
    const method = await methodOf(options as ExplainOptions);
    const whole = await networkOf(this.#source);
    if (whole.inputs.some(({ shape }) => shape.includes(null))) return;
    await exclusive(() =>
      keepingBackend(async () => {
        const network = await whole.at();
        if ('attribute' in method) return;
        const layers = targetLayers({ network }, options);
        if (method.name !== 'ablation-cam' || method.strategy === 'naive') return;
        const output = resolveOutput(whole, options.output);
        const { graph } = network;
        const logits = graph.outputs[output]?.logits ?? -1;
        const runtime = await chooseRuntime(
          { backend: options.backend ?? 'auto', executor: method.executor },
          options.device,
          obstaclesBetween(network, graph.inputs, [logits]),
        );
        for (const layer of layers) {
          const { prepared } = await this.#prepared.plan({
            network,
            layer,
            output,
            runtime,
            executor: method.executor,
            inputs: 1,
            readsActivation: ablationValue(method.ablation, network, layer).kind !== 'values',
          });
          const { plan } = prepared.ablation;
          if (isNative({ runtime }) && prepared.begins === 'at-target') {
            const cut = this.#prepared.cutAt(network, layer, output);
            await prepareGraph(network, graph.inputs, passNodes(cut, constantsRead(plan)));
          }
          this.#plan = layers.length === 1 ? describePlan(plan) : null;
        }
      }),
    );
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await exclusive(() => {
      this.#prepared.dispose();
      return Promise.resolve();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #explain(held: HeldInput, options?: MethodOptions[M]): Promise<ExplanationResult> {
    if (this.#isDisposed) {
      throw new XaiError('invalid-option', 'The explainer was disposed of. Create another one.');
    }
    const given = withoutUndefined(options ?? {});
    const replaced = Object.keys(given).flatMap((name) => REPLACES[name] ?? []);
    const kept = Object.entries(this.#options).filter(([name]) => !replaced.includes(name));
    const merged = { ...Object.fromEntries(kept), ...given, method: this.method } as unknown as CamOptions &
      ExplainOptions;
    const method = await methodOf(merged);
    return openCall(this.#source, held, merged, wantedBy(method), async (call) => {
      const { result, plan } = await runMethod(method, call, merged, this.#prepared);
      this.#plan = plan && describePlan(plan);
      return result;
    });
  }
}

function wantedBy(method: Method): CallRuntime {
  if (method.name !== 'ablation-cam') return ON_BACKEND;
  return method.strategy === 'planned'
    ? { executor: method.executor, ownLayers: false }
    : { executor: null, ownLayers: true };
}

function withoutUndefined(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
