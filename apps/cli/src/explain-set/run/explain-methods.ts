import {
  createExplainer,
  type ExplainedInput,
  type Explainer,
  type Explanation,
  type ExplanationRun,
  type SetExplainer,
} from '@ablation-cam/xai';
import { dropAndIncrease } from '@ablation-cam/xai/metrics';
import type { NetworkSource } from '@ablation-cam/model';
import { parseMethod } from '../../arguments/method.ts';
import { methodOptions, type MethodRequest } from '../../explain/method-options.ts';
import type { SetPlan } from '@ablation-cam/model/results';

/** An explanation by one of several methods. */
export interface SetExplanation extends Explanation {
  /** Which of the plan's methods gave it. */
  readonly method: number;
  readonly drop?: number;
  readonly increase?: number;
}

/** How a set is explained, and on what. */
export interface SetMethods {
  readonly options: SetPlan['options'];
  readonly engine: Pick<MethodRequest, 'backend' | 'executor'>;
}

/** The methods of a set, each with an explainer of its own. */
export class MethodsExplainer implements SetExplainer<SetExplanation> {
  readonly #network: NetworkSource;
  readonly #by: SetMethods;
  readonly #explainers: readonly Explainer[];
  #runs: readonly ExplanationRun[] = [];

  private constructor(network: NetworkSource, by: SetMethods, explainers: readonly Explainer[]) {
    this.#network = network;
    this.#by = by;
    this.#explainers = explainers;
  }

  /** @throws what `createExplainer` throws; CliError for options that cannot be read */
  static async create(
    network: NetworkSource,
    by: SetMethods,
    classNames: readonly string[],
  ): Promise<MethodsExplainer> {
    const { options, engine } = by;
    const request = { ...options, ...engine, json: true } as const;
    const explainers: Explainer[] = [];
    // No signal: a run ends between shards, not within one.
    try {
      for (const own of await methodOptions(
        request,
        options.method.map(parseMethod),
        classNames,
        undefined,
      )) {
        explainers.push(await createExplainer(network, own));
      }
    } catch (error) {
      for (const explainer of explainers) await explainer.dispose();
      throw error;
    }
    return new MethodsExplainer(network, by, explainers);
  }

  /** What the last call of each method says of itself. */
  get runs(): readonly ExplanationRun[] {
    return this.#runs;
  }

  async explain(input: ExplainedInput): Promise<{ readonly explanations: readonly SetExplanation[] }> {
    const explanations: SetExplanation[] = [];
    const runs: ExplanationRun[] = [];
    for (const [method, explainer] of this.#explainers.entries()) {
      const { explanations: found, ...run } = await explainer.explain(input);
      runs.push(run);
      const measured = await this.#measure(input, found);
      found.forEach((explanation, i) => {
        explanations.push({ ...explanation, method, ...measured[i] });
      });
    }
    this.#runs = runs;
    return { explanations };
  }

  async dispose(): Promise<void> {
    for (const explainer of this.#explainers) await explainer.dispose();
  }

  /** Drop and increase of each explanation, where they are asked for. */
  async #measure(
    input: ExplainedInput,
    found: readonly Explanation[],
  ): Promise<readonly Pick<SetExplanation, 'drop' | 'increase'>[]> {
    const { drop: fraction, output } = this.#by.options;
    if (fraction === undefined) return [];
    const { backend } = this.#by.engine;
    const protocol = { kind: 'top-fraction', fraction } as const;
    const fates = await dropAndIncrease(this.#network, input, found, { protocol, backend, output });
    return fates.map(({ drop, increase }) => ({ drop, increase }));
  }
}
