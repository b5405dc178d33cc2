import { keepsMeans, KernelsError } from '@ablation-cam/kernels';
import type { Cut, ExecutorName, Plan } from '@ablation-cam/kernels';
import type { SizedLayer } from '@ablation-cam/model';
import type { Choice, Explanation } from '../explanation/explanation.ts';
import { explanationOf } from '../explanation/explanation-of.ts';
import { refuseActivation } from '../explanation/refuse-not-finite.ts';
import { continueTail } from '../forward/continue-tail.ts';
import { eachPass } from '../forward/each-pass.ts';
import type { PassInputs } from '../forward/pass-inputs.ts';
import type { AblationMethod } from '../methods/ablation.ts';
import { ablationValue } from '../methods/ablation-values.ts';
import {
  findingsOfClasses,
  findingsOfTargets,
  part,
  scoreOf,
  type AblatedPass,
} from './ablation-findings.ts';
import type { Call } from './call.ts';
import { planPass } from './plan-pass.ts';
import type { PreparedAblations } from './prepared-ablations.ts';

/** What an ablation of one layer found out, and on what. */
export interface AblationRun {
  /** By input, then by target. */
  readonly explanations: readonly Explanation[];
  /** Null in the naive strategy, which has none. */
  readonly executor: Choice<ExecutorName> | null;
  /** Null in the naive strategy. */
  readonly plan: Plan | null;
  readonly dispatches: { readonly ablation: number; readonly map: number };
  readonly warnings: readonly string[];
}

/** Ablates one layer for all inputs of a call. */
export async function runAblation(
  method: AblationMethod,
  call: Call,
  layer: SizedLayer,
  prepared: PreparedAblations,
): Promise<AblationRun> {
  const { network, outputIndex, batch, clock } = call;
  const cut = prepared.cutAt(network, layer, outputIndex);
  const ablate =
    method.strategy === 'naive'
      ? naively(method, call, layer, cut)
      : await byPlan(method, call, layer, cut, prepared);
  const explanations: Explanation[] = [];
  const dispatches = { ablation: 0, map: 0 };
  let clampedWeights = 0;
  await eachPass(
    call,
    call.signal,
    async (inputs, first) => {
      const { count } = inputs;
      const report = (share: number): void => {
        call.report((first + count * share) / batch.inputs);
      };
      const pass = await ablate.run(inputs, report);
      const { output } = pass;
      if (pass.activation) await refuseActivation(call, pass.activation, first, count);
      dispatches.ablation += output.dispatches.ablation;
      dispatches.map += output.dispatches.map;
      clampedWeights += output.clampedWeights;
      clock.weightsMs += output.timings.ablationMs;
      clock.mapMs += output.timings.mapMs;
      for (let n = 0; n < count; n++) {
        const findings = call.selection
          ? findingsOfClasses(call, cut, output, n, count)
          : await findingsOfTargets(method, call, cut, pass, n, count);
        for (const [m, finding] of findings.entries()) {
          const { weighting } = method;
          const scores = method.ablatedScores ? output.ablatedScores : null;
          const ablatedScores = scores && part(scores, n, count);
          explanations.push(
            explanationOf(
              call,
              m,
              { method: method.name, weighting },
              {
                ...finding,
                inputIndex: first + n,
                ablatedScores,
              },
            ),
          );
        }
      }
    },
    ablate.most,
  );
  const warnings = [...ablationWarnings(method, cut), ...rangeWarnings(clampedWeights)];
  const { executor, plan } = ablate;
  return { explanations, executor, plan, dispatches, warnings };
}

interface Ablate {
  readonly executor: Choice<ExecutorName> | null;
  readonly plan: Plan | null;
  /** How many inputs may go together. */
  readonly most: number;
  run(inputs: PassInputs, report: (share: number) => void): Promise<AblatedPass>;
}

/** All channels together. */
async function byPlan(
  method: AblationMethod,
  call: Call,
  layer: SizedLayer,
  cut: Cut,
  plans: PreparedAblations,
): Promise<Ablate> {
  const { network, outputIndex, batch, runtime } = call;
  const ablation = ablationValue(method.ablation, network, layer);
  const { prepared, choice } = await plans.plan({
    network,
    layer,
    output: outputIndex,
    runtime,
    executor: method.executor,
    inputs: batch.inputs,
    readsActivation: ablation.kind !== 'values',
  });
  // Targets of the caller's are weighed on the host, which then needs the activation.
  const device = choice.chosen === 'webgpu' && call.selection ? runtime.device : null;
  const pass = planPass(call, cut, prepared, ablation, device);
  return {
    executor: choice,
    plan: prepared.ablation.plan,
    most: pass.most,
    run: async (inputs, report) => {
      const { count } = inputs;
      try {
        return await pass.run(inputs, {
          inputs: count,
          score: scoreOf(call),
          weighting: method.weighting,
          norm: method.norm,
          classes: call.selection ?? 'predicted',
          ablatedScores: wantsScores(method, call),
          continueFrom: continueTail(call, cut),
          signal: call.signal,
          onProgress: (done) => {
            report(done / count);
          },
        });
      } catch (error) {
        // After an abort the plan is as good as before.
        if (error instanceof KernelsError) plans.forget(prepared);
        throw error;
      }
    },
  };
}

/** One pass through the network a channel. */
function naively(method: AblationMethod, call: Call, layer: SizedLayer, cut: Cut): Ablate {
  const { network, runtime, output, classes, signal, clock } = call;
  const ablation = ablationValue(method.ablation, network, layer);
  // Zeroing the filter of a layer that is called twice would ablate both calls.
  const isCalledOnce = network.layers.filter(({ name }) => name === layer.name).length === 1;
  const channels = layer.shape.at(-1) ?? 1;
  return {
    executor: null,
    plan: null,
    most: Infinity,
    run: async (inputs, report) => {
      const { naiveAblation } = await import('../naive/naive-ablation.ts');
      const ablated = await naiveAblation({
        naive: { network, runtime, layer, output, cut, classes: classes?.classes ?? 0, score: scoreOf(call) },
        inputs: inputs.tensors,
        ablation,
        zeroesFilters: method.ablation === 'zero-kernel' && isCalledOnce,
        weighting: method.weighting,
        norm: method.norm,
        classes: call.selection ?? 'predicted',
        ablatedScores: wantsScores(method, call),
        signal,
        onChannel: (done) => {
          report(done / channels);
        },
      });
      clock.forwardMs += ablated.forwardMs;
      return { output: ablated, activation: ablated.activation };
    },
  };
}

/** Targets of the caller's are made of the scores of all classes. */
function wantsScores({ ablatedScores }: AblationMethod, { selection }: Call): boolean {
  return ablatedScores || selection === null;
}

function ablationWarnings({ ablation }: AblationMethod, { tail }: Cut): string[] {
  if (ablation !== 'channel-mean' || !keepsMeans(tail)) return [];
  return [
    'A global average pooling reads only the mean of each channel, which a channel that is set to its mean keeps: ' +
      'all weights are zero. Set channels to zero instead.',
  ];
}

function rangeWarnings(clampedWeights: number): string[] {
  if (clampedWeights === 0) return [];
  return [
    `${clampedWeights} weights lie beyond the range of a 32-bit number and stand at its end: next to a score of almost 0 ` +
      'a relative drop says little. Take the slope as weight, or explain the logit.',
  ];
}
