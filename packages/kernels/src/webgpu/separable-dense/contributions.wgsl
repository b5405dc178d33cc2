// What a channel contributes to the logits: its changes f(A_k)[p] - f(r_k) times their weights, for whole rows of classes.

// To all classes. A CPU that plays the GPU takes as long for a load as for anything else, so
// that none is made in vain: eight classes for each change, then two.
fn store_contributions(features: Plane, off: f32, channel: u32, row_base: u32) {
  let step = params.channels * params.classes;
  let four = vec4(0u, 1u, 2u, 3u);
  var c = 0u;
  for (; c + 8u <= params.classes; c += 8u) {
    let columns = (c + four) * params.channels;
    let next_columns = (c + 4u + four) * params.channels;
    var sums = vec4(0.0);
    var next_sums = vec4(0.0);
    for (var feature = 0u; feature < params.features; feature++) {
      let change = load_change(features.base + feature * features.stride, off);
      let row = channel + feature * step;
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
      let at = channel + feature * step + columns * params.channels;
      sums += change * vec2(kernel[at.x], kernel[at.y]);
    }
    result[row_base + columns.x] = sums.x;
    result[row_base + columns.y] = select(sums.x, sums.y, columns.y > columns.x);
  }
}
