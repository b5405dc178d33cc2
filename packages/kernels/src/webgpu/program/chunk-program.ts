import type { AblationInput, Norm, Score, Weighting } from '../../ablation/contract.ts';
import type { Wanted } from '../../plan/result-layout.ts';
import { ablationValues, type OffMode } from '../ablation-values.ts';
import type { ChunkRequest } from '../chunked-ablation.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import type { Launch } from '../launch/launch.ts';
import type { Frontier } from '../steps/fallback.ts';

/** What of a run decides how its launches look. */
export interface RunSettings {
  /** Of a chunk. */
  readonly inputs: number;
  /** Of each input that go together. */
  readonly variants: number;
  readonly wanted: Wanted;
  /** Whether inputs have lists of classes of their own. */
  readonly listsPerInput: boolean;
  readonly off: OffMode;
  readonly score: Score;
  readonly weighting: Weighting;
  readonly norm: Norm;
}

/** The settings of a chunk of a run over a target of so many channels. */
export function settingsOf(input: AblationInput, chunk: ChunkRequest, channels: number): RunSettings {
  const { inputs, variants, wanted, classTable } = chunk;
  const { score, weighting, norm } = input;
  const { mode } = ablationValues(input.ablation, channels, chunk);
  return {
    inputs,
    variants,
    wanted,
    listsPerInput: classTable.isPerInput,
    off: mode,
    score,
    weighting,
    norm,
  };
}

/** By which settings know each other. */
export function settingsKey({ wanted, ...settings }: RunSettings): string {
  return JSON.stringify([wanted.classes, wanted.maps, wanted.scores, ...Object.values(settings)]);
}

/** A chunk of inputs as plain data: buffers, what fills them, and every dispatch. A run is its interpretation. */
export interface ChunkProgram {
  /** Tensors that come with the run. */
  readonly given: readonly GivenTensor[];
  /** What else is told the kernels with each run. */
  readonly settings: readonly Setting[];
  /** Once for the chunk. */
  readonly inputLaunches: readonly Launch[];
  /** Chunks of variants, one after the other. */
  readonly batches: number;
  /** The first of the variants of a batch, and its dispatches, between which a plan may leave the kernels. */
  readonly batch: (at: number) => VariantLaunches;
  /** Of the maps; none where the CPU makes them. */
  readonly mapLaunches: readonly Launch[];
  readonly logits: BufferSpec;
  /** What is read back, from the beginning of each buffer: the result, the logits and, where the CPU makes the maps, the activation. */
  readonly readBack: readonly ReadBack[];
}

export interface GivenTensor {
  readonly spec: BufferSpec;
  /** The target's activation, the logits, or a constant node of the tail. */
  readonly source: 'activation' | 'logits' | number;
  /** Of one input. */
  readonly elements: number;
  /** Whether a buffer of the caller's may stand for it: nothing is written there. */
  readonly isKept: boolean;
}

export interface Setting {
  readonly spec: BufferSpec;
  readonly contents: (input: AblationInput, chunk: ChunkRequest) => Float32Array | Uint32Array;
}

export interface VariantLaunches {
  readonly firstVariant: number;
  readonly segments: readonly Segment[];
}

/** Dispatches that follow each other, and where the kernels are left after them. */
export interface Segment {
  readonly launches: readonly Launch[];
  readonly frontier: Frontier | null;
}

export interface ReadBack {
  readonly spec: BufferSpec;
  readonly byteLength: number;
}

/** The dispatches whose kernels are all that a program has: chunks of variants between the first and the last are as large as the first. */
export function kernelsOf(program: ChunkProgram): Launch[] {
  const ends = [program.batch(0), ...(program.batches > 1 ? [program.batch(program.batches - 1)] : [])];
  return [
    ...program.inputLaunches,
    ...ends.flatMap(({ segments }) => segments.flatMap(({ launches }) => launches)),
    ...program.mapLaunches,
  ];
}

/** Bytes that come back of a chunk. */
export function readBackBytes({ readBack }: ChunkProgram): number {
  return readBack.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
