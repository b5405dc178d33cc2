/** Functions of numbers by the names of ONNX's operators, most of which are TensorFlow's as well. */
export const unaries: Readonly<Record<string, (x: number) => number>> = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  Exp: Math.exp,
  Floor: Math.floor,
  Log: Math.log,
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Round: (x) => {
    // Halves go to the even neighbor.
    const near = Math.round(x);
    return near - x === 0.5 && near % 2 !== 0 ? near - 1 : near;
  },
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sign: Math.sign,
  Sqrt: Math.sqrt,
  Tanh: Math.tanh,
};

/** Two or more numbers; the second is that of the second input. */
export const arithmetic: Readonly<Record<string, (...values: number[]) => number>> = {
  Add: (a = 0, b = 0) => a + b,
  Sub: (a = 0, b = 0) => a - b,
  Mul: (a = 0, b = 0) => a * b,
  Div: (a = 0, b = 0) => a / b,
  // The sign is that of the divisor.
  Mod: (a = 0, b = 0) => a - Math.floor(a / b) * b,
  Pow: (a = 0, b = 0) => a ** b,
  Max: (...values) => Math.max(...values),
  Min: (...values) => Math.min(...values),
  Sum: (...values) => values.reduce((sum, value) => sum + value, 0),
};

export const comparisons: Readonly<Record<string, (...values: number[]) => number>> = {
  And: (a = 0, b = 0) => Number(a !== 0 && b !== 0),
  Equal: (a = 0, b = 0) => Number(a === b),
  Greater: (a = 0, b = 0) => Number(a > b),
  GreaterOrEqual: (a = 0, b = 0) => Number(a >= b),
  Less: (a = 0, b = 0) => Number(a < b),
  LessOrEqual: (a = 0, b = 0) => Number(a <= b),
  Not: (a = 0) => Number(a === 0),
  Or: (a = 0, b = 0) => Number(a !== 0 || b !== 0),
  Xor: (a = 0, b = 0) => Number((a !== 0) !== (b !== 0)),
};
