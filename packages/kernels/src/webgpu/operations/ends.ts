import type { Norm, Weighting } from '../../ablation/contract.ts';
import { resultLayout, type Wanted } from '../../plan/result-layout.ts';
import { OFF_MODES, type OffMode } from '../ablation-values.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import type { Launch } from '../launch/launch.ts';
import type { LaunchWorkspace } from '../launch/launch-workspace.ts';
import { channelSums } from '../wide/channel-sums.ts';
import { ROW_THREADS, rowsOf, rowsShader } from '../wide/rows.ts';
import type { VariantBatch } from './result.ts';
import { SCORE, SCORE_ROWS, SWITCH_OFF } from './shaders.ts';

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

/** What the off stream is made of, and where it is put. */
interface OffBuffers {
  readonly activation: BufferSpec;
  /** The ablation values; null for means of channels. */
  readonly values: BufferSpec | null;
  readonly off: BufferSpec;
  /** Positions of `off`. Default: all; one suffices where it is known to be the same at all of them. */
  readonly filled?: number;
}

/** Positions of a channel that a thread of the wide layout fills. */
const FILLED_TOGETHER = 16;

/** The target's off stream from its activation and the ablation values. */
export function switchOffLaunches(
  shape: RunShape,
  mode: OffMode,
  { activation, values, off, filled = shape.positions }: OffBuffers,
  workspace: LaunchWorkspace,
): Launch[] {
  const { inputs, positions, channels } = shape;
  const isWide = workspace.layout.name === 'wide';
  const isMean = mode === 'mean';
  // Means are sums of parts of the positions, or of every position.
  const summed = isMean && isWide ? channelSums(shape, activation, 'values', workspace) : null;
  const parts = isMean ? (summed?.parts ?? positions) : 0;
  const together = isWide ? Math.min(FILLED_TOGETHER, filled) : filled;
  const threads = inputs * channels * Math.ceil(filled / together);
  return [
    ...(summed ? [summed.launch] : []),
    {
      shader: SWITCH_OFF,
      overrides: {},
      uniforms: [Uint32Array.of(inputs, positions, channels, OFF_MODES[mode], parts, together, filled)],
      buffers: { 1: off, 2: isMean ? (summed?.sums ?? activation) : values },
      writes: [1],
      threads,
      work: {
        turns: parts + together,
        operations: threads * parts,
        loads: threads * Math.max(1, parts),
        stores: inputs * channels * filled,
      },
    },
  ];
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

/** Floating-point operations of a class of a row: three exponentials and what is summed of them. */
const SCORE_OPERATIONS = 40;
/** Sums and largest elements that threads of a row hand over. */
const SCORE_MEETINGS = 5;

/** What the last step reads. */
interface ScoredBuffers {
  readonly drops: BufferSpec;
  readonly logits: BufferSpec;
  readonly activation: BufferSpec;
  /** The classes that are explained, `[M]` or `[inputs, M]`. */
  readonly classIndices: BufferSpec;
}

/** Weights of a chunk of variants and, where they are wanted, their scores, into the places of `result` that are theirs. */
export function scoreLaunches(
  shape: RunShape,
  { score, weighting, norm, wanted, listsPerInput }: Scoring,
  batch: VariantBatch,
  { drops, logits, activation, classIndices }: ScoredBuffers,
  result: BufferSpec,
): Launch[] {
  const { inputs, positions, channels, classes } = shape;
  const { workspace } = batch;
  const isWide = workspace.layout.name === 'wide';
  const isSlope = weighting === 'slope';
  const summed =
    isSlope && isWide ? channelSums(shape, activation, norm === 1 ? 'sizes' : 'squares', workspace) : null;
  const normParts = isSlope ? (summed?.parts ?? positions) : 0;
  const rows = inputs * batch.variants;
  const turns = Math.ceil(classes / 4);
  const { lanes, workgroups, barriers, workgroupBytes } = rowsOf(workspace.layout, rows, isWide ? turns : 1);
  const passes = 3 + Number(wanted.scores);
  const scoresBegin = resultLayout(
    { positions: [positions], channels, classes },
    inputs,
    wanted,
  ).ablatedScores;
  return [
    ...(summed ? [summed.launch] : []),
    {
      shader: isWide ? rowsShader(SCORE_ROWS, workspace.layout) : SCORE,
      overrides: {},
      ...(isWide && { workgroupThreads: ROW_THREADS, workgroups }),
      uniforms: [
        Uint32Array.of(
          inputs,
          batch.variants,
          batch.firstVariant,
          channels,
          classes,
          score,
          isSlope ? norm : 0,
          normParts,
          Number(!summed),
          wanted.classes,
          listsPerInput ? wanted.classes : 0,
          scoresBegin,
          Number(wanted.scores),
          lanes,
        ),
      ],
      buffers: {
        1: result,
        2: drops,
        3: logits,
        4: isSlope ? (summed?.sums ?? activation) : null,
        5: classIndices,
      },
      writes: [1],
      threads: rows * lanes,
      work: {
        turns: passes * Math.ceil(turns / lanes) + Math.ceil((normParts + wanted.classes) / lanes),
        operations: rows * (SCORE_OPERATIONS * classes + 2 * normParts),
        loads: rows * (2 * passes * classes + normParts),
        stores: rows * (wanted.classes + (wanted.scores ? classes : 0)),
        ...(isWide && { barriers: SCORE_MEETINGS * barriers, workgroupBytes }),
      },
    },
  ];
}
