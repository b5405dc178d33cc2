// The activation functions by the codes of `activation-codes.ts`, with the definitions of TensorFlow.js and, where it has none, of Keras.

// log(1 + e), which loses the digits of a small e.
fn log1p(e: f32) -> f32 {
  return select(log(1.0 + e), e * (1.0 - 0.5 * e), abs(e) < 1e-3);
}

fn softplus(x: f32) -> f32 {
  return max(x, 0.0) + log1p(exp(-abs(x)));
}

// tanh overflows to NaN on some drivers where exp(2x) does.
fn safe_tanh(x: f32) -> f32 {
  return tanh(clamp(x, -10.0, 10.0));
}

// The error function within 1.5e-7. Source: Abramowitz and Stegun, 7.1.26.
fn erf(x: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.3275911 * abs(x));
  let polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(x) * (1.0 - polynomial * exp(-x * x));
}

// clamp((x + 3) / 6, 0, 1)
fn hard_gate(x: f32) -> f32 {
  return clamp(x / 6.0 + 0.5, 0.0, 1.0);
}

// (x + sqrt(x^2 + 4)) / 2, without cancellation where x is negative.
fn squareplus(x: f32) -> f32 {
  let larger = 0.5 * (abs(x) + sqrt(x * x + 4.0));
  return select(1.0 / larger, larger, x >= 0.0);
}

fn activate(code: u32, alpha: f32, x: f32) -> f32 {
  switch (code) {
    case 1u: { return max(x, 0.0); }
    case 2u: { return clamp(x, 0.0, 6.0); }
    case 3u: { return select(alpha * x, x, x >= 0.0); }
    case 4u: { return select(alpha * exp_minus_one(min(x, 0.0)), x, x >= 0.0); }
    case 5u: { return 1.0507009873554805 * select(1.6732632423543772 * exp_minus_one(min(x, 0.0)), x, x >= 0.0); }
    case 6u: { return sigmoid(x); }
    case 7u: { return clamp(0.2 * x + 0.5, 0.0, 1.0); }
    case 8u: { return safe_tanh(x); }
    case 9u: { return softplus(x); }
    case 10u: { return x / (1.0 + abs(x)); }
    case 11u: { return x * sigmoid(x); }
    case 12u: { return 0.5 * x * (1.0 + erf(x * 0.7071067811865476)); }
    case 13u: { return 0.5 * x * (1.0 + safe_tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))); }
    case 14u: { return x * safe_tanh(softplus(x)); }
    case 15u: { return select(0.0, x, x > alpha); }
    case 16u: { return exp(x); }
    case 17u: { return log(x); }
    case 18u: { return pow(x, alpha); }
    case 19u: { return 1.0 / x; }
    case 20u: { return erf(x); }
    case 21u: { return x * hard_gate(x); }
    case 22u: { return squareplus(x); }
    default: { return x; }
  }
}
