import type { BufferSpec } from './launch/buffer-spec.ts';
import type { Launch } from './launch/launch.ts';
import type { Layout } from './launch/layout.ts';
import type { RunShape } from './operations/ends.ts';
import { WEIGHTED_MAP, WEIGHTED_MAP_ROWS } from './shaders.ts';
import { ROW_THREADS, rowsOf, rowsShader } from './wide/rows.ts';

/** Classes that a thread takes together, so that it reads an activation once for all of them. */
const MAP_CLASSES = 4;
/** Channels of a position that a thread of the wide layout has at least. */
const CHANNELS = 8;

/** What maps are made of, and where they are put. */
interface MapBuffers {
  readonly activation: BufferSpec;
  readonly result: BufferSpec;
}

/** Returns the launches that make `maps` maps of each input. */
export function mapLaunches(
  { inputs, positions, channels }: RunShape,
  maps: number,
  { activation, result }: MapBuffers,
  layout: Layout,
): Launch[] {
  const isWide = layout.name === 'wide';
  const groups = Math.ceil(maps / MAP_CLASSES);
  // Threads that share out the channels of a position: each has some of them.
  const lanes = isWide ? rowsOf(layout, 1, Math.ceil(channels / CHANNELS)).lanes : 1;
  const { barriers, workgroupBytes } = rowsOf(layout, 1, lanes);
  const tiles = Math.ceil((positions * lanes) / ROW_THREADS);
  const threads = inputs * positions * groups * lanes;
  const sizes = [channels, positions, maps, inputs, tiles, groups];
  const isSingle = !isWide && maps === 1;
  return [
    {
      shader: isWide ? rowsShader(WEIGHTED_MAP_ROWS, layout) : WEIGHTED_MAP,
      overrides: isWide ? {} : { IS_SINGLE: isSingle ? 1 : 0 },
      workgroupThreads: ROW_THREADS,
      uniforms: [Uint32Array.of(...sizes, ...(isWide ? [lanes] : []))],
      buffers: { 1: activation, 2: result },
      writes: [2],
      threads,
      workgroups: inputs * tiles * groups,
      work: {
        turns: Math.ceil(channels / (isSingle ? 4 : lanes)),
        operations: 2 * inputs * positions * channels * maps,
        loads: inputs * positions * groups * channels * (1 + Math.min(maps, MAP_CLASSES)),
        stores: 2 * inputs * positions * maps,
        ...(isWide && { barriers, workgroupBytes }),
      },
    },
  ];
}
