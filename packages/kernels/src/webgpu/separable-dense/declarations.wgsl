// What the parts of `separable-dense.wgsl` share: sizes, overrides, parameters, buffers.

const CHANNEL_LANES = 8u;
override THREADS = CHANNEL_LANES;

const STAGE_WORDS = 13u;
const POINTWISE_WORDS = 3u;

// What the tail holds, so that code it does not need is compiled away: a software adapter runs every branch of a shader
// with lanes switched off, taken or not.
// Whether there is more than one stage or any operation besides pooling.
override IS_GENERAL = true;
// Whether the dense layer reads the activation itself: there is nothing to store in between.
override IS_DIRECT = false;
// How the stages pool: not at all; max-pooling over whole 2x2 windows only; any way.
override POOLING = 2u;
// How logits become scores.
override SCORE = 1u;

const POOLING_NONE = 0u;
const POOLING_MAX_2X2 = 1u;

const REDUCTION_NONE = 0u;
const REDUCTION_MAX = 1u;
const REDUCTION_AVERAGE = 2u;

const OFF_CHANNEL_MEAN = 2u;
const OFF_PER_INPUT = 1u;

const WEIGHTING_SLOPE_L1 = 1u;
const WEIGHTING_SLOPE_L2 = 2u;

const LOWEST = -3.4028234e38;

struct Params {
  channels: u32,
  positions: u32,
  classes: u32,
  features: u32,
  stage_count: u32,
  reduction: u32,
  reduced_begin: u32, // the operations after the reduction, in `program`
  reduced_end: u32,
  scratch_half: u32, // elements of one of a workgroup's two scratch planes, all lanes
  inputs: u32,
  weighting: u32,
  off_mode: u32,
  off_offset: u32, // of the ablation values in `channel_values`
  explained: u32, // classes that are explained, M
  listed_input: u32, // from an input's classes in `class_indices` to the next one's; 0 where all have the same
  scores_begin: u32, // of the ablated scores in `result`
  keeps_scores: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> program: array<u32>;
// Scales and shifts of affine operations, then the ablation values.
@group(0) @binding(2) var<storage, read> channel_values: array<f32>;
@group(0) @binding(3) var<storage, read> activation: array<f32>; // [N, positions, K]
@group(0) @binding(4) var<storage, read> kernel: array<f32>; // [features, C, K]
@group(0) @binding(5) var<storage, read> logits: array<f32>; // [N, C]
@group(0) @binding(6) var<storage, read_write> scratch: array<f32>;
// weights [N, M, K], maps, ablated_scores [N, K, C]
@group(0) @binding(7) var<storage, read_write> result: array<f32>;
@group(0) @binding(8) var<storage, read> class_indices: array<u32>; // [M] or [N, M]
