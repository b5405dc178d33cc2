// Logits, drops and weights of four classes at a time, and the prediction that scores refer to.

// The predicted class and its logit.
struct Base {
  class_index: u32,
  logit: f32,
}

fn logits_at(base: u32, classes: vec4<u32>) -> vec4<f32> {
  let at = base + classes;
  return vec4(logits[at.x], logits[at.y], logits[at.z], logits[at.w]);
}

fn drops_at(row: u32, classes: vec4<u32>) -> vec4<f32> {
  let at = row + classes;
  return vec4(result[at.x], result[at.y], result[at.z], result[at.w]);
}

// Writes values to the places of a row that are classes.
fn store_classes(row: u32, first: u32, values: vec4<f32>) {
  let classes = first + vec4(0u, 1u, 2u, 3u);
  if (classes.x < params.classes) {
    result[row + classes.x] = values.x;
  }
  if (classes.y < params.classes) {
    result[row + classes.y] = values.y;
  }
  if (classes.z < params.classes) {
    result[row + classes.z] = values.z;
  }
  if (classes.w < params.classes) {
    result[row + classes.w] = values.w;
  }
}

// Four of the classes of an input that are explained, from their places in its list.
fn classes_at(input: u32, places: vec4<u32>, predicted: u32) -> vec4<u32> {
  let at = input * params.listed_input + places;
  let listed = vec4(class_indices[at.x], class_indices[at.y], class_indices[at.z], class_indices[at.w]);
  return explained_classes(listed, predicted);
}

// Writes a channel's weights for the explained classes from place `first` on.
fn store_weights(input: u32, channel: u32, first: u32, weights: vec4<f32>) {
  let places = first + vec4(0u, 1u, 2u, 3u);
  let at = (input * params.explained + places) * params.channels + channel;
  if (places.x < params.explained) {
    result[at.x] = weights.x;
  }
  if (places.y < params.explained) {
    result[at.y] = weights.y;
  }
  if (places.z < params.explained) {
    result[at.z] = weights.z;
  }
  if (places.w < params.explained) {
    result[at.w] = weights.w;
  }
}

// Four classes' weights of the feature whose row begins at `row`.
fn weights_at(row: u32, columns: vec4<u32>) -> vec4<f32> {
  let at = row + columns;
  return vec4(kernel[at.x], kernel[at.y], kernel[at.z], kernel[at.w]);
}

fn base_of(input: u32) -> Base {
  let base = input * params.classes;
  var best = vec4(LOWEST);
  var best_classes = vec4(params.classes - 1u);
  for (var c = 0u; c < params.classes; c += 4u) {
    let classes = classes_from(c, 1u, params.classes);
    let z = logits_at(base, classes);
    best_classes = select(best_classes, classes, z > best);
    best = max(best, z);
  }
  let largest = largest_of(best);
  // The first class of those with the largest logit.
  let firsts = select(vec4(0xffffffffu), best_classes, best == vec4(largest));
  return Base(min(min(firsts.x, firsts.y), min(firsts.z, firsts.w)), largest);
}
