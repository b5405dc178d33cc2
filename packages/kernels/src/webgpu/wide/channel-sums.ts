import type { BufferSpec } from '../launch/buffer-spec.ts';
import type { Launch } from '../launch/launch.ts';
import type { LaunchWorkspace } from '../launch/launch-workspace.ts';
import { CHANNEL_SUMS } from '../operations/shaders.ts';

/** Positions of a part: few enough for many threads, enough for few parts. */
const PART_POSITIONS = 64;
const MOST_PARTS = 256;

const TERMS = { values: 0, sizes: 1, squares: 2 } as const;

/** Sums of each channel over parts of its positions, `[inputs, parts, channels]`. */
export interface ChannelSums {
  readonly sums: BufferSpec;
  readonly parts: number;
  readonly launch: Launch;
}

/** @param of what is summed: the values, or their sizes or squares */
export function channelSums(
  {
    inputs,
    positions,
    channels,
  }: { readonly inputs: number; readonly positions: number; readonly channels: number },
  activation: BufferSpec,
  of: keyof typeof TERMS,
  workspace: LaunchWorkspace,
): ChannelSums {
  const wanted = Math.min(MOST_PARTS, Math.ceil(positions / PART_POSITIONS));
  const length = Math.ceil(positions / wanted);
  const parts = Math.ceil(positions / length);
  const threads = inputs * parts * channels;
  const sums = workspace.parts(threads);
  const launch: Launch = {
    shader: CHANNEL_SUMS,
    overrides: {},
    uniforms: [Uint32Array.of(inputs, positions, channels, parts, length, TERMS[of])],
    buffers: { 1: sums, 2: activation },
    writes: [1],
    threads,
    work: {
      turns: length,
      operations: 2 * inputs * positions * channels,
      loads: inputs * positions * channels,
      stores: threads,
    },
  };
  return { sums, parts, launch };
}
