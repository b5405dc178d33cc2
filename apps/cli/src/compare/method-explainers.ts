import {
  createExplainer,
  worksOnLayers,
  type ExplainOptions,
  type Explainer,
  type Explanation,
  type InputArray,
  type MethodName,
} from '@ablation-cam/xai';
import type { NetworkSource } from '@ablation-cam/model';
import type { CompareRequest } from './request.ts';

/** What the explainers of a comparison have in common. */
export interface ExplainerSettings extends Pick<CompareRequest, 'layer' | 'backend' | 'executor'> {
  readonly signal: AbortSignal;
}

/** An explainer for each method of a comparison, made when the method is first asked for and kept for all samples. */
export class MethodExplainers {
  readonly #source: NetworkSource;
  readonly #settings: ExplainerSettings;
  readonly #made = new Map<MethodName, Promise<Explainer>>();

  constructor(source: NetworkSource, settings: ExplainerSettings) {
    this.#source = source;
    this.#settings = settings;
  }

  /**
   * Explains the predicted classes of inputs and tells the time from call to result.
   *
   * @param seed of methods that draw random numbers
   */
  async explain(
    method: MethodName,
    input: InputArray,
    seed = 0,
  ): Promise<{ explanations: readonly Explanation[]; seconds: number }> {
    const explainer = await this.#explainer(method);
    const isRandom = method === 'random' || method === 'smooth-grad';
    const { explanations, timings } = await explainer.explain(input, isRandom ? { seed } : {});
    return { explanations, seconds: timings.totalMs / 1000 };
  }

  async dispose(): Promise<void> {
    for (const explainer of await Promise.allSettled(this.#made.values())) {
      if (explainer.status === 'fulfilled') await explainer.value.dispose();
    }
    this.#made.clear();
  }

  #explainer(method: MethodName): Promise<Explainer> {
    const known = this.#made.get(method);
    if (known) return known;
    const made = createExplainer(this.#source, this.#optionsOf(method));
    this.#made.set(method, made);
    return made;
  }

  #optionsOf(method: MethodName): ExplainOptions {
    const { layer, backend, executor, signal } = this.#settings;
    const common = { backend, signal };
    if (method === 'ablation-cam') return { method, ...common, layer, executor };
    return worksOnLayers(method) ? { method, ...common, layer } : { method, ...common };
  }
}
