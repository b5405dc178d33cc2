// Finishes a pooling of everything whose blocks of windows were reduced apart (`store_reduced` of `epilogue.wgsl`). A thread
// takes one channel of one input or variant.
// Layouts: blocks [batches, blocks, 3, channels]; y [batches, channels].

override THREADS = 64u;

struct Params {
  batches: u32,
  blocks: u32,
  channels: u32,
  is_delta: u32,
  reduction: u32,
  cells: u32, // windows of all blocks
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> blocks: array<f32>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let batch = thread / params.channels;
  if (batch >= params.batches) {
    return;
  }
  var at = batch * params.blocks * 3u * params.channels + thread % params.channels;
  var pooled = empty_pool(params.reduction);
  for (var block = 0u; block < params.blocks; block++) {
    let base = vec4(blocks[at]);
    let ablated_base = vec4(blocks[at + params.channels]);
    let delta = vec4(blocks[at + 2u * params.channels]);
    pooled = joined_pools(pooled, Pooled(base, ablated_base, delta, 1.0), params.reduction);
    at += 3u * params.channels;
  }
  pooled.cells = select(f32(params.cells), 1.0, params.reduction == POOL_MAX);
  let cell = pooled_cell(pooled, params.reduction);
  y[thread] = select(cell.base, cell.delta, params.is_delta != 0u).x;
}
