import type { Shader } from '../../device/pipeline-cache.ts';
import activationChange from '../activation-change.wgsl';
import activationFunctions from '../activation-functions.wgsl';
import scoreChange from '../score-change.wgsl';
import alone from '../wide/alone.wgsl';
import channelSums from '../wide/channel-sums.wgsl';
import convolutionRun from '../wide/convolution-run.wgsl';
import convolutionRunVectors from '../wide/convolution-run-vectors.wgsl';
import wideConvolution from '../wide/convolution-main.wgsl';
import lanes from '../wide/lanes.wgsl';
import lanesSubgroups from '../wide/lanes-subgroups.wgsl';
import type { RowsShader } from '../wide/rows.ts';
import storesVectors from '../wide/stores-vectors.wgsl';
import weightsHalves from '../wide/weights-halves.wgsl';
import serialConvolution from '../serial/convolution-main.wgsl';
import addend from './addend.wgsl';
import combine from './combine.wgsl';
import constants from './constants.wgsl';
import contribution from './contribution.wgsl';
import convolutionChannels from './convolution-channels.wgsl';
import convolutionRows from './convolution-rows.wgsl';
import convolution from './convolution.wgsl';
import depthwise from './depthwise.wgsl';
import eachResult from './each-result.wgsl';
import epilogue from './epilogue.wgsl';
import move from './move.wgsl';
import normalize from './normalize.wgsl';
import place from './place.wgsl';
import pool from './pool.wgsl';
import pooling from './pooling.wgsl';
import reduceBlocks from './reduce-blocks.wgsl';
import resize from './resize.wgsl';
import score from './score.wgsl';
import stores from './stores.wgsl';
import sumParts from './sum-parts.wgsl';
import switchOff from './switch-off.wgsl';
import weights from './weights.wgsl';

const FUNCTIONS = [scoreChange, activationFunctions, activationChange, pooling];

const shader = (label: string, ...parts: string[]): Shader => ({ label, code: parts.join('\n') });
/** An operation that works each element out by itself, with its epilogue. */
const withEpilogue = (label: string, operation: string): Shader =>
  shader(label, stores, ...FUNCTIONS, epilogue, addend, constants, operation, eachResult);

/** An operation that stores one number at a time, or four where all rows of its result are whole fours. */
export interface StoringShader {
  readonly single: Shader;
  readonly vectors: Shader;
}

const storingShader = (label: string, ...parts: string[]): StoringShader => ({
  single: shader(`${label}.wgsl`, stores, ...parts),
  vectors: shader(`${label}-stores-vectors.wgsl`, storesVectors, ...parts),
});

/** An operation that reads a kernel in float32, or in halves. */
export interface WeighingShader {
  readonly floats: StoringShader;
  readonly halves: StoringShader;
}

const weighingShader = (label: string, ...parts: string[]): WeighingShader => ({
  floats: storingShader(label, weights, ...parts),
  halves: storingShader(`${label}-halves`, weightsHalves, ...parts),
});

// Directives come first.
const rowsShader = (label: string, ...parts: string[]): RowsShader => ({
  memory: shader(`${label}.wgsl`, lanes, ...parts),
  subgroups: shader(`${label}-subgroups.wgsl`, lanesSubgroups, ...parts),
});

const CONVOLUTION_PARTS = [...FUNCTIONS, epilogue, addend, convolution, convolutionRows];

export const CONVOLUTION = shader(
  'convolution.wgsl',
  stores,
  weights,
  ...CONVOLUTION_PARTS,
  convolutionChannels,
  serialConvolution,
);
export const CONVOLUTION_WIDE = weighingShader(
  'convolution-wide',
  ...CONVOLUTION_PARTS,
  convolutionChannels,
  convolutionRun,
  wideConvolution,
);
/** The same on whole fours of channels, of which none contributes. */
export const CONVOLUTION_WIDE_VECTORS = weighingShader(
  'convolution-wide-vectors',
  ...CONVOLUTION_PARTS,
  convolutionRunVectors,
  wideConvolution,
);
export const CONTRIBUTION = weighingShader('contribution', ...FUNCTIONS, epilogue, addend, contribution);
export const DEPTHWISE = withEpilogue('depthwise.wgsl', depthwise);
export const POOL = withEpilogue('pool.wgsl', pool);
export const MOVE = withEpilogue('move.wgsl', move);
export const RESIZE = withEpilogue('resize.wgsl', resize);
export const COMBINE = shader('combine.wgsl', stores, ...FUNCTIONS, epilogue, constants, combine, eachResult);
export const SUM_PARTS = withEpilogue('sum-parts.wgsl', sumParts);
export const REDUCE_BLOCKS = shader('reduce-blocks.wgsl', pooling, reduceBlocks);
export const NORMALIZE = shader('normalize.wgsl', scoreChange, alone, normalize);
export const NORMALIZE_ROWS = rowsShader('normalize-rows', scoreChange, normalize);
export const PLACE = shader('place.wgsl', place);
export const SWITCH_OFF = shader('switch-off.wgsl', switchOff);
export const SCORE = shader('score.wgsl', scoreChange, alone, score);
export const SCORE_ROWS = rowsShader('score-rows', scoreChange, score);
export const CHANNEL_SUMS = shader('channel-sums.wgsl', channelSums);
