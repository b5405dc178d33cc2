import type {
  AblationInput,
  AblationValue,
  Cut,
  Device,
  NetworkAblation,
  PreparedAblation,
} from '@ablation-cam/kernels';
import { constantsRead, forwardPass } from '../forward/forward-pass.ts';
import type { PassInputs } from '../forward/pass-inputs.ts';
import type { AblatedPass } from './ablation-findings.ts';
import type { Call } from './call.ts';
import type { Prepared } from './prepared-ablations.ts';

/** What is wanted of a plan, but for what the network gives. */
export type WantedOfPlan = Omit<AblationInput, 'activation' | 'logits' | 'constants' | 'ablation'>;

/** Runs inputs through the network and the plan behind it. */
export interface PlanPass {
  /** How many inputs may go together. */
  readonly most: number;
  readonly run: (inputs: PassInputs, wanted: WantedOfPlan) => Promise<AblatedPass>;
}

/** @param device where the activation stays, if the plan runs there */
export function planPass(
  call: Call,
  cut: Cut,
  prepared: Prepared,
  ablation: AblationValue,
  device: Device | null,
): PlanPass {
  if (prepared.begins === 'at-target') return passAtTarget(call, cut, prepared.ablation, ablation, device);
  if (ablation.kind !== 'values') throw new RangeError('The program does not know what stands for "off".');
  return passAtInput(call, prepared.ablation, ablation);
}

/** The network first, then the plan on what it gave. */
function passAtTarget(
  call: Call,
  cut: Cut,
  prepared: PreparedAblation,
  ablation: AblationValue,
  device: Device | null,
): PlanPass {
  const { clock } = call;
  const nodes = constantsRead(prepared.plan);
  return {
    most: Infinity,
    run: async (inputs, wanted) => {
      const started = performance.now();
      const forward = await forwardPass(call, cut, inputs, device, nodes);
      clock.forwardMs += performance.now() - started;
      try {
        const { activation, logits, constants } = forward;
        const output = await prepared.run({ ...wanted, ablation, activation, logits, constants });
        return { output, activation: activation instanceof Float32Array ? activation : null };
      } finally {
        forward.dispose();
      }
    },
  };
}

/** Both at once. */
function passAtInput(
  { network, batch, selection, clock }: Call,
  prepared: NetworkAblation,
  ablation: Extract<AblationValue, { readonly kind: 'values' }>,
): PlanPass {
  return {
    most: prepared.mostInputs(batch.inputs, selection ?? 'predicted'),
    run: async (inputs, wanted) => {
      const feeds = inputs.arraysFor(network);
      const { activation, forwardMs, ...output } = await prepared.run({ ...wanted, ablation, feeds });
      clock.forwardMs += forwardMs;
      return { output, activation };
    },
  };
}
