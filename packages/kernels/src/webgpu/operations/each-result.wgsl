// One thread for four neighbouring channels of each stored position, or block of windows: it works the result out at every
// cell that is pooled there. Whoever uses this defines
//   fn value_at(batch: u32, position: u32, channel: u32) -> vec4<f32>

override THREADS = 64u;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let channel_tiles = (epilogue.channels + 3u) / 4u;
  let stored = select(stored_positions(), epilogue.blocks, IN_BLOCKS);
  let channel = thread % channel_tiles * 4u;
  let position = thread / channel_tiles % stored;
  let batch = thread / channel_tiles / stored;
  if (batch >= epilogue.inputs * epilogue.variants) {
    return;
  }
  let extras = extras_of(channel);
  if (!POOLS) {
    let value = value_at(batch, position, channel);
    store(batch, position, channel, finish(batch, position, channel, value, extras));
    return;
  }
  var first = position;
  var last = position;
  if (epilogue.is_reduced != 0u) {
    first = position * epilogue.block_windows;
    last = min(first + epilogue.block_windows, epilogue.pooled_height * epilogue.pooled_width) - 1u;
  }
  var reduced = empty_pool(epilogue.reduction);
  for (var pooled_position = first; pooled_position <= last; pooled_position++) {
    var pooled = empty_pool(epilogue.pool);
    for (var cell = 0u; cell < epilogue.pool_height * epilogue.pool_width; cell++) {
      let of_result = position_of(pooled_position, cell);
      if (of_result >= 0) {
        let value = value_at(batch, u32(of_result), channel);
        pooled = pool_cell(pooled, epilogue.pool, finish(batch, u32(of_result), channel, value, extras));
      }
    }
    reduced = pool_cell(reduced, epilogue.reduction, pooled_cell(pooled, epilogue.pool));
  }
  if (IN_BLOCKS) {
    store_block(batch, position, channel, reduced);
  } else {
    store(batch, position, channel, pooled_cell(reduced, epilogue.reduction));
  }
}
