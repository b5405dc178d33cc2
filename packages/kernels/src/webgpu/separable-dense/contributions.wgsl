// What a channel contributes to the logits: its changes f(A_k)[p] - f(r_k) times their weights, for whole rows of classes.

// To every LANE_THREADS-th class from `index` on, four of them at a time, so that a change is read once for all four and
// their weights are on the way together.
fn store_contributions(features: Plane, off: f32, channel: u32, row_base: u32, index: u32) {
  let step = params.channels * params.classes;
  let first_row = channel * params.kernel_channel;
  for (var c = index; c < params.classes; c += 4u * LANE_THREADS) {
    let columns = classes_from(c, LANE_THREADS, params.classes) * params.kernel_class;
    var sums = vec4(0.0);
    // And four features, then those that are left.
    var feature = 0u;
    for (; feature + 4u <= params.features; feature += 4u) {
      let rows = first_row + (feature + vec4(0u, 1u, 2u, 3u)) * step;
      let change_at = features.base + (feature + vec4(0u, 1u, 2u, 3u)) * features.stride;
      sums += load_change(change_at.x, off) * weights_at(rows.x, columns)
        + load_change(change_at.y, off) * weights_at(rows.y, columns)
        + load_change(change_at.z, off) * weights_at(rows.z, columns)
        + load_change(change_at.w, off) * weights_at(rows.w, columns);
    }
    for (; feature < params.features; feature++) {
      sums += load_change(features.base + feature * features.stride, off)
        * weights_at(first_row + feature * step, columns);
    }
    store_classes(row_base, c, sums);
  }
}

// To all classes, where a lane is one thread. A CPU that plays the GPU takes as long for a load as for anything else, so
// that none is made in vain: eight classes for each change, then two.
fn store_all_contributions(features: Plane, off: f32, channel: u32, row_base: u32) {
  let step = params.channels * params.classes;
  let first_row = channel * params.kernel_channel;
  let four = vec4(0u, 1u, 2u, 3u);
  var c = 0u;
  for (; c + 8u <= params.classes; c += 8u) {
    let columns = (c + four) * params.kernel_class;
    let next_columns = (c + 4u + four) * params.kernel_class;
    var sums = vec4(0.0);
    var next_sums = vec4(0.0);
    for (var feature = 0u; feature < params.features; feature++) {
      let change = load_change(features.base + feature * features.stride, off);
      let row = first_row + feature * step;
      sums += change * weights_at(row, columns);
      next_sums += change * weights_at(row, next_columns);
    }
    store_classes(row_base, c, sums);
    store_classes(row_base, c + 4u, next_sums);
  }
  for (; c < params.classes; c += 2u) {
    // The last class may be alone: then both columns are its own.
    let columns = min(c + vec2(0u, 1u), vec2(params.classes - 1u));
    var sums = vec2(0.0);
    for (var feature = 0u; feature < params.features; feature++) {
      let change = load_change(features.base + feature * features.stride, off);
      let at = first_row + feature * step + columns * params.kernel_class;
      sums += change * vec2(kernel[at.x], kernel[at.y]);
    }
    result[row_base + columns.x] = sums.x;
    result[row_base + columns.y] = select(sums.x, sums.y, columns.y > columns.x);
  }
}
