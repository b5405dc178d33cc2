// Functions of four numbers, named in the plural, are what those of one are made of: four classes at a time do not wait for
// each other, and where a CPU plays the GPU a turn of a loop costs more than what is done in it.

// The Taylor polynomial of exp(v) - 1 of degree 8: its relative error is below 2e-8 for |v| < 0.5.
fn exps_minus_one_near_zero(v: vec4<f32>) -> vec4<f32> {
  return v * (1.0 + v * (1.0 / 2.0 + v * (1.0 / 6.0 + v * (1.0 / 24.0 + v * (1.0 / 120.0
    + v * (1.0 / 720.0 + v * (1.0 / 5040.0 + v * (1.0 / 40320.0))))))));
}

// exp(v) - 1 without cancellation near 0. WGSL has no expm1. Both sides are cheap enough to be computed always: software
// adapters do so anyway.
fn exps_minus_one(v: vec4<f32>) -> vec4<f32> {
  return select(exp(v) - 1.0, exps_minus_one_near_zero(v), abs(v) < vec4(0.5));
}

fn exp_minus_one(v: f32) -> f32 {
  return exps_minus_one(vec4(v)).x;
}

fn sigmoids(x: vec4<f32>) -> vec4<f32> {
  let e = exp(-abs(x));
  return select(e, vec4(1.0), x >= vec4(0.0)) / (1.0 + e);
}

fn sigmoid(x: f32) -> f32 {
  return sigmoids(vec4(x)).x;
}

const LARGEST = 0x1.fffffep+127f;

// a b for numbers >= 0, the largest float32 where that is larger.
fn products_in_range(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  return select(a * b, vec4(LARGEST), a > LARGEST / max(b, vec4(1.0)));
}

// a / b for b >= 0, an end of the range of float32 where it lies beyond, 0 where b is 0.
fn quotients_in_range(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  let is_beyond = abs(a) > LARGEST * min(b, vec4(1.0));
  let quotients = select(a / select(b, vec4(1.0), b == vec4(0.0)), sign(a) * LARGEST, is_beyond);
  return select(quotients, vec4(0.0), b == vec4(0.0));
}

// p - p' for p = sigmoid(z), p' = sigmoid(z - d): sigmoid(larger) sigmoid(-smaller) (1 - e^-|d|) with the sign of d, of the
// two arguments.
fn sigmoid_drops(z: vec4<f32>, d: vec4<f32>) -> vec4<f32> {
  let both = sigmoids(max(z, z - d)) * sigmoids(-min(z, z - d));
  return both * -exps_minus_one(-abs(d)) * sign(d);
}

// (p - p') / p = (1 - e^-d) sigmoid(d - z), as sign(d) (1 - e^-|d|) e^-max(min(d, 0), z - max(d, 0)) / (1 + e^-|z - d|): one
// factor never has to make up for the overflow of another. The power goes in as two halves.
fn sigmoid_relative_drops(z: vec4<f32>, d: vec4<f32>) -> vec4<f32> {
  let zero = vec4(0.0);
  let size = -exps_minus_one(-abs(d)) / (1.0 + exp(-abs(z - d)));
  let half_power = exp(min(-0.5 * max(min(d, zero), z - max(d, zero)), vec4(64.0)));
  return products_in_range(size * half_power, half_power) * sign(d);
}

// Classes' shares in the change of a softmax, where e = z_c - z_m is a class's logit relative to the predicted class m, and
// v = d_m - d_c what it gains on that class; scaled by exp(-shift).
struct Terms {
  before: vec4<f32>, // exp(e)
  ablated: vec4<f32>, // exp(e + v)
  change: vec4<f32>, // their difference
}

fn softmax_terms(e: vec4<f32>, v: vec4<f32>, shift: f32) -> Terms {
  let before = exp(e - shift);
  let ablated = exp(e + v - shift);
  let change = select(ablated - before, before * exps_minus_one_near_zero(v), abs(v) < vec4(0.5));
  return Terms(before, ablated, change);
}

// How logits become scores.
const SCORE_LOGIT = 0u;
const SCORE_SOFTMAX = 1u;
const SCORE_SIGMOID = 2u;

// The softmax of the base run, and of a variant relative to it.
struct Softmax {
  z_m: f32, // the predicted class's logit
  d_m: f32, // how far it falls
  logit_sum: f32, // sum_c exp(z_c - z_m)
  shift: f32, // the largest exponent of the variant, at least 0
  ablated_sum: f32, // sum_c exp(z_c - z_m + d_m - d_c - shift)
  term_sum: f32, // sum_c of the terms' changes
}

// (T - S (exp(v) - 1)) / S', scaled by exp(-shift). A class of vanishing probability may gain more than a float32 holds: its
// power goes in as two halves.
fn softmax_relative_drops(softmax: Softmax, d: vec4<f32>) -> vec4<f32> {
  let v = softmax.d_m - d;
  let ratio = softmax.logit_sum / softmax.ablated_sum;
  let half_power = exp(min(0.5 * (v - softmax.shift), vec4(64.0)));
  let before = exp(-softmax.shift);
  let change = products_in_range(half_power * ratio, half_power) - before * ratio;
  let near_zero = before * ratio * exps_minus_one_near_zero(v);
  return softmax.term_sum / softmax.ablated_sum - select(change, near_zero, abs(v) < vec4(0.5));
}

// y_k of four classes whose logits z fall by d.
fn ablated_scores_of(kind: u32, softmax: Softmax, z: vec4<f32>, d: vec4<f32>) -> vec4<f32> {
  if (kind == SCORE_SOFTMAX) {
    return exp(z - softmax.z_m + (softmax.d_m - d) - softmax.shift) / softmax.ablated_sum;
  }
  if (kind == SCORE_SIGMOID) {
    return sigmoids(z - d);
  }
  return z - d;
}

// (y - y_k) / |y|.
fn relative_drops_of(kind: u32, softmax: Softmax, z: vec4<f32>, d: vec4<f32>) -> vec4<f32> {
  if (kind == SCORE_SOFTMAX) {
    return softmax_relative_drops(softmax, d);
  }
  if (kind == SCORE_SIGMOID) {
    return sigmoid_relative_drops(z, d);
  }
  return quotients_in_range(d, abs(z));
}

// (y - y_k) / ||A_k||.
fn slopes_of(kind: u32, softmax: Softmax, z: vec4<f32>, d: vec4<f32>, norm: f32) -> vec4<f32> {
  var drops = d;
  if (kind == SCORE_SOFTMAX) {
    let e = z - softmax.z_m;
    let own = softmax_terms(e, softmax.d_m - d, softmax.shift).change;
    drops = (exp(e) / softmax.logit_sum * softmax.term_sum - own) / softmax.ablated_sum;
  }
  if (kind == SCORE_SIGMOID) {
    drops = sigmoid_drops(z, d);
  }
  return quotients_in_range(drops, vec4(norm));
}

// In a list of classes: the predicted one of each input.
const CLASS_PREDICTED = 0xffffffffu;

fn explained_classes(listed: vec4<u32>, predicted: u32) -> vec4<u32> {
  return select(listed, vec4(predicted), listed == vec4(CLASS_PREDICTED));
}

// Four neighbouring classes from `first` on, `step` apart; places past the last class repeat it.
fn classes_from(first: u32, step: u32, classes: u32) -> vec4<u32> {
  return min(first + vec4(0u, 1u, 2u, 3u) * step, vec4(classes - 1u));
}

// Which of four such places are classes.
fn are_classes(first: u32, step: u32, classes: u32) -> vec4<bool> {
  return first + vec4(0u, 1u, 2u, 3u) * step < vec4(classes);
}

fn largest_of(x: vec4<f32>) -> f32 {
  return max(max(x.x, x.y), max(x.z, x.w));
}

fn sum_of(x: vec4<f32>) -> f32 {
  return dot(x, vec4(1.0));
}
