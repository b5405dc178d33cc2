import type { Plan } from '../plan/plan.ts';
import { sizeOf } from '../tail/shape.ts';
import type { AblationOutput } from './contract.ts';

/** An output that is being filled in. */
export interface OpenOutput extends AblationOutput {
  clampedWeights: number;
  readonly dispatches: { ablation: number; map: number };
  operationsLeftOut: number;
  readonly timings: { ablationMs: number; mapMs: number; gpuMs: number | null };
}

/** All zeros. @param maps of each input @param keepsScores whether the scores of all variants were asked for */
export function openOutput(
  { positions, channels, classes }: Pick<Plan, 'positions' | 'channels' | 'classes'>,
  inputs: number,
  maps: number,
  keepsScores: boolean,
): OpenOutput {
  return {
    logits: new Float32Array(inputs * classes),
    ablatedScores: keepsScores ? new Float32Array(inputs * channels * classes) : null,
    weights: new Float32Array(inputs * maps * channels),
    clampedWeights: 0,
    classIndices: new Uint32Array(inputs * maps),
    mapSigned: new Float32Array(inputs * maps * sizeOf(positions)),
    map: new Float32Array(inputs * maps * sizeOf(positions)),
    dispatches: { ablation: 0, map: 0 },
    operationsLeftOut: 0,
    timings: { ablationMs: 0, mapMs: 0, gpuMs: null },
  };
}
