import type { Device } from '../device/device.ts';
import type { PlanLimits } from '../plan/step-plan.ts';
import type { MapMaker } from './chunked-ablation.ts';
import type { RunShape } from './operations/ends.ts';
import { WEIGHTED_MAP } from './shaders.ts';

/** Positions and classes a workgroup of `weighted-map.wgsl` takes. */
const MAP_POSITIONS = 64;
const MAP_CLASSES = 4;

/** The pipeline of `weighted-map.wgsl` for so many maps of an input. */
export function mapPipeline(device: Device, maps: number): Promise<GPUComputePipeline> {
  return device.pipeline(WEIGHTED_MAP, { IS_SINGLE: maps === 1 ? 1 : 0 });
}

/** Compiles what the maps of any run take. */
export async function prepareMaps(device: Device, mapMaker: MapMaker): Promise<void> {
  const kinds = mapMaker === 'gpu' ? [1, 2] : [2];
  await Promise.all(kinds.map((maps) => mapPipeline(device, maps)));
}

/** The parameters of `weighted-map.wgsl`. */
export function mapParameters(
  { inputs, positions, channels }: RunShape,
  maps: number,
  limits: GridLimits,
): Uint32Array {
  return Uint32Array.of(channels, positions, maps, inputs, positionBlocks(positions, limits));
}

/** Workgroups of `weighted-map.wgsl`. */
export function mapGrid(
  { inputs, positions }: RunShape,
  maps: number,
  limits: GridLimits,
): [number, number, number] {
  const blocks = positionBlocks(positions, limits);
  return [Math.ceil(positions / MAP_POSITIONS / blocks), Math.ceil(maps / MAP_CLASSES), inputs * blocks];
}

/** A device's limit of the grid. */
type GridLimits = Pick<PlanLimits, 'maxComputeWorkgroupsPerDimension'>;

/** Blocks that the positions of a very large map are split into, so that the workgroups of each fit along an axis. */
function positionBlocks(positions: number, { maxComputeWorkgroupsPerDimension }: GridLimits): number {
  return Math.ceil(positions / MAP_POSITIONS / maxComputeWorkgroupsPerDimension);
}
