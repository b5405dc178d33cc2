// The Taylor polynomial of exp(v) - 1 of degree 8: its relative error is below 2e-8 for |v| < 0.5.
fn exp_minus_one_near_zero(v: f32) -> f32 {
  return v * (1.0 + v * (1.0 / 2.0 + v * (1.0 / 6.0 + v * (1.0 / 24.0 + v * (1.0 / 120.0
    + v * (1.0 / 720.0 + v * (1.0 / 5040.0 + v * (1.0 / 40320.0))))))));
}

// exp(v) - 1 without cancellation near 0. WGSL has no expm1. Both sides are cheap enough to be computed always: software
// adapters do so anyway.
fn exp_minus_one(v: f32) -> f32 {
  return select(exp(v) - 1.0, exp_minus_one_near_zero(v), abs(v) < 0.5);
}

fn sigmoid(x: f32) -> f32 {
  let e = exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

// (p - p') / p for p = sigmoid(z), p' = sigmoid(z - d): q (e^d - 1) / (p + q e^d) with q = 1 - p, never overflowing.
fn sigmoid_relative_drop(z: f32, d: f32) -> f32 {
  let p = sigmoid(z);
  let q = sigmoid(-z);
  if (d > 0.0) {
    return -q * exp_minus_one(-d) / (p * exp(-d) + q);
  }
  return q * exp_minus_one(d) / (p + q * exp(d));
}

// One class's share in the change of a softmax: exp(w - shift) - exp(e - shift), where e = z_c - z_m is its logit
// relative to the predicted class m, v = d_m - d_c what it gains on that class, and w = e + v.
fn softmax_term(e: f32, v: f32, shift: f32) -> f32 {
  let before = exp(e - shift);
  return select(exp(e + v - shift) - before, before * exp_minus_one_near_zero(v), abs(v) < 0.5);
}
