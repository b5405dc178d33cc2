import type { ClassSelection } from '../ablation/contract.ts';
import type { RunShape } from './operations/ends.ts';

const CLASS_PREDICTED = 0xffffffff;
/** Positions and classes a workgroup of `weighted-map.wgsl` takes. */
const MAP_POSITIONS = 64;
const MAP_CLASSES = 4;

/** The class of each map as `weighted-map.wgsl` takes it. */
export function mapClasses(classes: ClassSelection, maps: number): Uint32Array {
  if (classes === 'predicted') return Uint32Array.of(CLASS_PREDICTED);
  return classes === 'all' ? Uint32Array.from({ length: maps }, (_, c) => c) : Uint32Array.from(classes);
}

/** The parameters of `weighted-map.wgsl`. */
export function mapParameters({ inputs, positions, channels, classes }: RunShape, maps: number): Uint32Array {
  return Uint32Array.of(channels, positions, classes, maps, inputs);
}

/** Workgroups of `weighted-map.wgsl`. */
export function mapGrid({ inputs, positions }: RunShape, maps: number): [number, number, number] {
  return [Math.ceil(positions / MAP_POSITIONS), Math.ceil(maps / MAP_CLASSES), inputs];
}
