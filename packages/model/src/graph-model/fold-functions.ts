import { arithmetic, comparisons as shared, unaries } from '../nodes/fold/functions.ts';

type NumberFunction = (...values: number[]) => number;

function named(table: Readonly<Record<string, NumberFunction>>, name: string): NumberFunction {
  const found = table[name];
  if (!found) throw new RangeError(`There is no function "${name}".`);
  return found;
}

/** Functions of numbers by the names of TensorFlow's operators. */
export const numberFunctions: Readonly<Record<string, NumberFunction>> = {
  ...unaries,
  Add: named(arithmetic, 'Add'),
  AddV2: named(arithmetic, 'Add'),
  AddN: named(arithmetic, 'Sum'),
  Sub: named(arithmetic, 'Sub'),
  Mul: named(arithmetic, 'Mul'),
  Div: named(arithmetic, 'Div'),
  RealDiv: named(arithmetic, 'Div'),
  Pow: named(arithmetic, 'Pow'),
  Maximum: named(arithmetic, 'Max'),
  Minimum: named(arithmetic, 'Min'),
  FloorMod: named(arithmetic, 'Mod'),
  DivNoNan: (a = 0, b = 0) => (b === 0 ? 0 : a / b),
  FloorDiv: (a = 0, b = 0) => Math.floor(a / b),
  Relu: (x = 0) => Math.max(0, x),
  Rsqrt: (x = 0) => 1 / Math.sqrt(x),
  Square: (x = 0) => x * x,
  SquaredDifference: (a = 0, b = 0) => (a - b) ** 2,
};

/** Functions that give truth values. */
export const comparisons: Readonly<Record<string, NumberFunction>> = {
  Equal: named(shared, 'Equal'),
  NotEqual: (a = 0, b = 0) => Number(a !== b),
  Greater: named(shared, 'Greater'),
  GreaterEqual: named(shared, 'GreaterOrEqual'),
  Less: named(shared, 'Less'),
  LessEqual: named(shared, 'LessOrEqual'),
  LogicalAnd: named(shared, 'And'),
  LogicalNot: named(shared, 'Not'),
  LogicalOr: named(shared, 'Or'),
};
