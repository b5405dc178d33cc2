import type { Launch, RunShape } from '@ablation-cam/kernels/internals';
import { MASK } from './shaders.ts';

/** Masks the target in place: channel `channel` is switched off, the one before it on again. */
export function maskLaunch(
  { inputs, positions, channels }: RunShape,
  channel: number,
  masked: GPUBuffer,
  activation: GPUBuffer,
  off: GPUBuffer,
): Launch {
  return {
    shader: MASK,
    overrides: {},
    uniforms: [Uint32Array.of(inputs * positions, channels, channel)],
    buffers: { 1: masked, 2: activation, 3: off },
    threads: inputs * positions,
  };
}
