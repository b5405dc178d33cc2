import type { Shader } from '../device/pipeline-cache.ts';
import activationFunctions from './activation-functions.wgsl';
import scoreChange from './score-change.wgsl';
import separableDense from './separable-dense.wgsl';
import weightedMap from './weighted-map.wgsl';

export const SEPARABLE_DENSE: Shader = {
  label: 'separable-dense.wgsl',
  code: [scoreChange, activationFunctions, separableDense].join('\n'),
};

export const WEIGHTED_MAP: Shader = { label: 'weighted-map.wgsl', code: weightedMap };
