// An activation f at b, and how much it falls when its argument falls from b to b - d: f(b) - f(b - d) without the
// cancellation of that subtraction where d is small, exactly 0 where both are clipped. Codes as in
// `activation-codes.ts`. Each transcendental function appears once, however many activations need it: a software
// adapter compiles all of them.

struct Change {
  value: f32, // f(b)
  fall: f32, // f(b) - f(b - d)
}

// The activations made of straight pieces.
fn straight(code: u32, alpha: f32, x: f32) -> f32 {
  switch (code) {
    case 1u: { return max(x, 0.0); }
    case 2u: { return clamp(x, 0.0, 6.0); }
    case 3u: { return select(alpha * x, x, x >= 0.0); }
    case 7u: { return clamp(0.2 * x + 0.5, 0.0, 1.0); }
    case 10u: { return x / (1.0 + abs(x)); }
    case 15u: { return select(0.0, x, x > alpha); }
    case 19u: { return 1.0 / x; }
    default: { return x; }
  }
}

// The slope of the piece on which b and a = b - d lie both, or NO_PIECE; of softsign and reciprocals the slope of the chord.
const NO_PIECE = -3.4028234e38;
fn slope_between(code: u32, alpha: f32, b: f32, a: f32) -> f32 {
  let low = min(a, b);
  let high = max(a, b);
  switch (code) {
    case 1u: { return select(NO_PIECE, select(0.0, 1.0, low > 0.0), low > 0.0 || high <= 0.0); }
    case 2u: { return select(NO_PIECE, 1.0, low >= 0.0 && high <= 6.0); }
    case 3u: { return select(NO_PIECE, select(alpha, 1.0, low >= 0.0), low >= 0.0 || high < 0.0); }
    case 7u: { return select(NO_PIECE, 0.2, low >= -2.5 && high <= 2.5); }
    case 10u: { return select(NO_PIECE, 1.0 / ((1.0 + abs(a)) * (1.0 + abs(b))), low >= 0.0 || high < 0.0); }
    case 15u: { return select(NO_PIECE, 1.0, low > alpha); }
    case 19u: { return select(NO_PIECE, -1.0 / (a * b), low > 0.0 || high < 0.0); }
    default: { return 1.0; }
  }
}

fn straight_change(code: u32, alpha: f32, b: f32, d: f32) -> Change {
  let value = straight(code, alpha, b);
  let slope = slope_between(code, alpha, b, b - d);
  if (slope != NO_PIECE) {
    return Change(value, slope * d);
  }
  return Change(value, value - straight(code, alpha, b - d));
}

// exp(b) - exp(b - d), from the larger of the two so that nothing overflows.
fn exponential_fall(b: f32, d: f32) -> f32 {
  return exp(max(b, b - d)) * -exp_minus_one(-abs(d)) * sign(d);
}

// exp_minus_one where x > 0, and x itself elsewhere: ELU and SELU with their alpha.
fn exponential_change(alpha: f32, b: f32, d: f32) -> Change {
  let a = b - d;
  let value = alpha * exp_minus_one(min(b, 0.0));
  if (max(a, b) <= 0.0) {
    return Change(value, alpha * exponential_fall(b, d));
  }
  if (min(a, b) >= 0.0) {
    return Change(b, d);
  }
  let ablated = select(alpha * exp_minus_one(min(a, 0.0)), a, a >= 0.0);
  let base = select(value, b, b >= 0.0);
  return Change(base, base - ablated);
}

// The midpoint rule for the integral of sigmoid over [b - d, b] is exact to d^2 / 100 relative to the result.
fn softplus_change(b: f32, d: f32) -> Change {
  let value = softplus(b);
  if (abs(d) < 1e-2) {
    return Change(value, d * sigmoid(b - 0.5 * d));
  }
  return Change(value, value - softplus(b - d));
}

// sigmoid(b) - sigmoid(a) = sigmoid(larger) sigmoid(-smaller) (1 - exp(-|d|)) with the sign of d, a = b - d.
fn sigmoid_change(b: f32, d: f32) -> Change {
  let fall = sigmoid(max(b, b - d)) * sigmoid(-min(b, b - d)) * -exp_minus_one(-abs(d)) * sign(d);
  return Change(sigmoid(b), fall);
}

// Of the normal distribution's Phi, by the midpoint rule where d is small.
fn normal_change(b: f32, d: f32) -> Change {
  let value = 0.5 * (1.0 + erf(b * 0.7071067811865476));
  if (abs(d) < 1e-2) {
    let middle = b - 0.5 * d;
    return Change(value, d * 0.3989422804014327 * exp(-0.5 * middle * middle));
  }
  return Change(value, value - 0.5 * (1.0 + erf((b - d) * 0.7071067811865476)));
}

// Logarithms, and powers b^alpha (1 - (1 - d / b)^alpha), of numbers above 0.
fn logarithmic_change(code: u32, alpha: f32, b: f32, d: f32) -> Change {
  let a = b - d;
  let ratio = log1p(-d / b);
  if (code == 17u) {
    return Change(log(b), select(log(b) - log(a), -ratio, min(a, b) > 0.0));
  }
  let value = pow(b, alpha);
  return Change(value, select(value - pow(a, alpha), value * -exp_minus_one(alpha * ratio), min(a, b) > 0.0));
}

// x gate(x): the fall is b (g_b - g_a) + d g_a.
fn gated(b: f32, d: f32, gate: Change) -> Change {
  return Change(b * gate.value, b * gate.fall + d * (gate.value - gate.fall));
}

fn hard_gate_change(b: f32, d: f32) -> Change {
  let value = hard_gate(b);
  let is_between = min(b, b - d) >= -3.0 && max(b, b - d) <= 3.0;
  return Change(value, select(value - hard_gate(b - d), d / 6.0, is_between));
}

// With r(x) = sqrt(x^2 + 4): f(b) - f(a) = (d + r(b) - r(a)) / 2 = d (f(b) + f(a)) / (r(b) + r(a)).
fn squareplus_change(b: f32, d: f32) -> Change {
  let a = b - d;
  let value = squareplus(b);
  return Change(value, d * (value + squareplus(a)) / (sqrt(b * b + 4.0) + sqrt(a * a + 4.0)));
}

fn curved_change(code: u32, alpha: f32, b: f32, d: f32) -> Change {
  if (code == 16u) {
    return Change(exp(b), exponential_fall(b, d));
  }
  if (code == 21u) {
    return gated(b, d, hard_gate_change(b, d));
  }
  if (code == 22u) {
    return squareplus_change(b, d);
  }
  if (code == 12u) {
    return gated(b, d, normal_change(b, d));
  }
  if (code == 4u || code == 5u) {
    let elu = exponential_change(select(alpha, 1.6732632423543772, code == 5u), b, d);
    let scale = select(1.0, 1.0507009873554805, code == 5u);
    return Change(scale * elu.value, scale * elu.fall);
  }
  if (code == 17u || code == 18u) {
    return logarithmic_change(code, alpha, b, d);
  }
  if (code == 20u) {
    let normal = normal_change(1.4142135623730951 * b, 1.4142135623730951 * d);
    return Change(2.0 * normal.value - 1.0, 2.0 * normal.fall);
  }
  // Everything else is a sigmoid of something; tanh(x) = 2 sigmoid(2x) - 1.
  var argument = Change(b, d);
  if (code == 9u || code == 14u) {
    argument = softplus_change(b, d);
  }
  if (code == 9u) {
    return argument;
  }
  if (code == 13u) {
    let a = b - d;
    argument.value = 0.7978845608028654 * (b + 0.044715 * b * b * b);
    argument.fall = 0.7978845608028654 * d * (1.0 + 0.044715 * (b * b + a * b + a * a));
  }
  let steepness = select(2.0, 1.0, code == 6u || code == 11u);
  var gate = sigmoid_change(steepness * argument.value, steepness * argument.fall);
  if (code == 8u || code == 14u) {
    gate = Change(2.0 * gate.value - 1.0, 2.0 * gate.fall);
  }
  if (code == 6u || code == 8u) {
    return gate;
  }
  return gated(b, d, gate);
}

fn is_curved(code: u32) -> bool {
  return (code >= 4u && code <= 14u && code != 7u && code != 10u) || (code >= 16u && code != 19u);
}

struct Changes {
  value: vec4<f32>,
  fall: vec4<f32>,
}

fn relu_changes(b: vec4<f32>, d: vec4<f32>) -> vec4<f32> {
  return select(min(d - b, vec4(0.0)), min(d, b), b > vec4(0.0));
}

// Four at a time; nothing and ReLU, which nearly every network has, without the loop.
fn activation_changes(code: u32, alpha: f32, b: vec4<f32>, d: vec4<f32>) -> Changes {
  if (code == 0u) {
    return Changes(b, d);
  }
  if (code == 1u) {
    return Changes(max(b, vec4(0.0)), relu_changes(b, d));
  }
  var changes = Changes(vec4(0.0), vec4(0.0));
  for (var i = 0u; i < 4u; i++) {
    var change: Change;
    if (is_curved(code)) {
      change = curved_change(code, alpha, b[i], d[i]);
    } else {
      change = straight_change(code, alpha, b[i], d[i]);
    }
    changes.value[i] = change.value;
    changes.fall[i] = change.fall;
  }
  return changes;
}
