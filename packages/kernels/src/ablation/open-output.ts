import type { Plan } from '../plan/plan.ts';
import { sizeOf } from '../tail/shape.ts';
import type { AblationOutput, ClassSelection } from './contract.ts';

/** An output that is being filled in. */
export interface OpenOutput extends AblationOutput {
  readonly dispatches: { ablation: number; map: number };
  readonly timings: { ablationMs: number; mapMs: number; gpuMs: number | null };
}

/** All zeros. @param maps of each input */
export function openOutput(
  { positions, channels, classes }: Pick<Plan, 'positions' | 'channels' | 'classes'>,
  inputs: number,
  maps: number,
): OpenOutput {
  return {
    logits: new Float32Array(inputs * classes),
    ablatedScores: new Float32Array(inputs * channels * classes),
    weights: new Float32Array(inputs * channels * classes),
    classIndices: new Uint32Array(inputs * maps),
    mapSigned: new Float32Array(inputs * maps * sizeOf(positions)),
    map: new Float32Array(inputs * maps * sizeOf(positions)),
    dispatches: { ablation: 0, map: 0 },
    timings: { ablationMs: 0, mapMs: 0, gpuMs: null },
  };
}

/** The class of map number `map` of an input. @param predicted the input's predicted class */
export function classOfMap(selection: ClassSelection, map: number, predicted: number): number {
  if (selection === 'predicted') return predicted;
  return selection === 'all' ? map : (selection[map] ?? 0);
}
