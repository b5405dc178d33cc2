import type { Norm, Weighting } from '../../ablation/contract.ts';
import { resultLayout, type Wanted } from '../../plan/result-layout.ts';
import type { Shape } from '../../tail/shape.ts';
import { OFF_MODES } from '../ablation-values.ts';
import type { Launch } from './launch.ts';
import type { VariantBatch } from './result.ts';
import { SCORE, SWITCH_OFF } from './shaders.ts';

/** Sizes that every run of a plan has. */
export interface RunShape {
  /** Inputs of a chunk. */
  readonly inputs: number;
  /** Of the target, all axes together. */
  readonly positions: number;
  /** K. */
  readonly channels: number;
  readonly classes: number;
}

/** The target's off stream from its activation and the ablation values. */
export function switchOffLaunch(
  { inputs, positions, channels }: RunShape,
  mode: keyof typeof OFF_MODES,
  activation: GPUBuffer,
  values: GPUBuffer | null,
  off: GPUBuffer,
): Launch {
  return {
    shader: SWITCH_OFF,
    overrides: {},
    uniforms: [Uint32Array.of(inputs, positions, channels, OFF_MODES[mode])],
    buffers: { 1: off, 2: activation, 3: values },
    threads: inputs * channels,
  };
}

/** How logit drops become weights; the codes of `score.wgsl`. */
export interface Scoring {
  /** From `scoreCode`. */
  readonly score: number;
  readonly weighting: Weighting;
  readonly norm: Norm;
  readonly wanted: Wanted;
  /** Whether inputs have lists of classes of their own. */
  readonly listsPerInput: boolean;
}

/** What the last step reads. */
interface ScoredBuffers {
  readonly drops: GPUBuffer;
  readonly logits: GPUBuffer;
  readonly activation: GPUBuffer;
  /** The classes that are explained, `[M]` or `[inputs, M]`. */
  readonly classIndices: GPUBuffer;
}

/** Weights of a chunk of variants and, where they are wanted, their scores, into the places of `result` that are theirs. */
export function scoreLaunch(
  { inputs, positions, channels, classes }: RunShape,
  { score, weighting, norm, wanted, listsPerInput }: Scoring,
  batch: VariantBatch,
  buffers: ScoredBuffers,
  result: GPUBuffer,
): Launch {
  const sizes = { positions: [positions] as Shape, channels, classes };
  return {
    shader: SCORE,
    overrides: {},
    uniforms: [
      Uint32Array.of(
        inputs,
        batch.variants,
        batch.firstVariant,
        channels,
        positions,
        classes,
        score,
        weighting === 'slope' ? norm : 0,
        wanted.classes,
        listsPerInput ? wanted.classes : 0,
        resultLayout(sizes, inputs, wanted).ablatedScores,
        Number(wanted.scores),
      ),
    ],
    buffers: {
      1: result,
      2: buffers.drops,
      3: buffers.logits,
      4: buffers.activation,
      5: buffers.classIndices,
    },
    threads: inputs * batch.variants,
  };
}
