// exp(v) - 1 without cancellation near 0: the Taylor polynomial of degree 9 (relative error below 2e-9 for |v| < 0.5),
// the plain difference beyond. WGSL has no expm1.
fn exp_minus_one(v: f32) -> f32 {
  if (abs(v) >= 0.5) {
    return exp(v) - 1.0;
  }
  var sum = 1.0;
  for (var n = 9; n > 1; n--) {
    sum = 1.0 + v / f32(n) * sum;
  }
  return v * sum;
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
  if (abs(v) < 0.5) {
    return exp(e - shift) * exp_minus_one(v);
  }
  return exp(e + v - shift) - exp(e - shift);
}
