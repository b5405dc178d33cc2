import type { Shader } from '../device/pipeline-cache.ts';
import activationFunctions from './activation-functions.wgsl';
import scoreChange from './score-change.wgsl';
import classes from './separable-dense/classes.wgsl';
import contributions from './separable-dense/contributions.wgsl';
import declarations from './separable-dense/declarations.wgsl';
import separableDense from './separable-dense/separable-dense.wgsl';
import stages from './separable-dense/stages.wgsl';
import weightedMap from './weighted-map.wgsl';
import lanes from './wide/lanes.wgsl';
import lanesSubgroups from './wide/lanes-subgroups.wgsl';
import type { RowsShader } from './wide/rows.ts';
import weightedMapRows from './wide/weighted-map-rows.wgsl';

export const SEPARABLE_DENSE: Shader = {
  label: 'separable-dense.wgsl',
  code: [scoreChange, activationFunctions, declarations, stages, classes, contributions, separableDense].join(
    '\n',
  ),
};

export const WEIGHTED_MAP: Shader = { label: 'weighted-map.wgsl', code: weightedMap };
export const WEIGHTED_MAP_ROWS: RowsShader = {
  memory: { label: 'weighted-map-rows.wgsl', code: [lanes, weightedMapRows].join('\n') },
  subgroups: {
    label: 'weighted-map-rows-subgroups.wgsl',
    code: [lanesSubgroups, weightedMapRows].join('\n'),
  },
};
