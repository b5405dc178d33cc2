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

// (p - p') / p for p = sigmoid(z), p' = sigmoid(z - d): q (e^d - 1) / (p + q e^d) with q = 1 - p, never overflowing.
fn sigmoid_relative_drops(z: vec4<f32>, d: vec4<f32>) -> vec4<f32> {
  let p = sigmoids(z);
  let q = sigmoids(-z);
  let change = q * exps_minus_one(-abs(d));
  let shrunk = exp(-abs(d));
  return select(change / (p + q * shrunk), -change / (p * shrunk + q), d > vec4(0.0));
}

// Classes' shares in the change of a softmax: exp(w - shift) - exp(e - shift), where e = z_c - z_m is a class's logit
// relative to the predicted class m, v = d_m - d_c what it gains on that class, and w = e + v.
fn softmax_terms(e: vec4<f32>, v: vec4<f32>, shift: f32) -> vec4<f32> {
  let before = exp(e - shift);
  return select(exp(e + v - shift) - before, before * exps_minus_one_near_zero(v), abs(v) < vec4(0.5));
}

fn softmax_term(e: f32, v: f32, shift: f32) -> f32 {
  return softmax_terms(vec4(e), vec4(v), shift).x;
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
  term_sum: f32, // sum_c softmax_term
}

// What becomes of four classes.
struct Scores {
  base: vec4<f32>,
  ablated: vec4<f32>,
  relative_drop: vec4<f32>,
}

// Of logits z that fall by d.
fn scores_of(kind: u32, softmax: Softmax, z: vec4<f32>, d: vec4<f32>) -> Scores {
  if (kind == SCORE_SOFTMAX) {
    let e = z - softmax.z_m;
    let v = softmax.d_m - d;
    let shift = softmax.shift;
    // (y T - t_c) / (y S), where t_c / y = logit_sum (exp(v - shift) - exp(-shift)).
    // A class of vanishing probability may gain more than a float32 holds: its exponent is capped at 80.
    let own = softmax.logit_sum * softmax_terms(vec4(0.0), min(v, vec4(shift + 80.0)), shift);
    return Scores(
      exp(e) / softmax.logit_sum,
      exp(e + v - shift) / softmax.ablated_sum,
      (softmax.term_sum - own) / softmax.ablated_sum,
    );
  }
  if (kind == SCORE_SIGMOID) {
    return Scores(sigmoids(z), sigmoids(z - d), sigmoid_relative_drops(z, d));
  }
  let is_zero = z == vec4(0.0);
  return Scores(z, z - d, select(d / select(abs(z), vec4(1.0), is_zero), vec4(0.0), is_zero));
}

// (y - y_k) / ||A_k||, from the relative drop; a logit's fall is known itself.
fn slopes_of(kind: u32, scores: Scores, d: vec4<f32>, norm: f32) -> vec4<f32> {
  let drop = select(scores.relative_drop * scores.base, d, kind == SCORE_LOGIT);
  return select(vec4(0.0), drop / norm, norm > 0.0);
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
