import type { BufferSpec, Launch, RunShape } from '@ablation-cam/kernels/internals';
import { MASK } from './shaders.ts';

/** Masks the target in place: channel `channel` is switched off, the one before it on again. */
export function maskLaunch(
  { inputs, positions, channels }: RunShape,
  channel: number,
  masked: BufferSpec,
  activation: BufferSpec,
  off: BufferSpec,
): Launch {
  const cells = inputs * positions;
  return {
    shader: MASK,
    overrides: {},
    uniforms: [Uint32Array.of(cells, channels, channel)],
    buffers: { 1: masked, 2: activation, 3: off },
    writes: [1],
    threads: cells,
    work: { turns: 1, operations: 0, loads: 2 * cells, stores: 2 * cells },
  };
}
