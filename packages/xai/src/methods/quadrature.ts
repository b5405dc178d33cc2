import { choiceOf, wholeNumber } from './check-option.ts';
import { quadratureNames, type QuadratureName } from './quadrature-names.ts';

/** integral over [0, 1] of f = sum_i weights_i f(nodes_i), nearly. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Returns a rule of `steps` nodes, those of Captum: the trapezoid has its first node at 0 and its last at 1 and gives
 * both half of the weight 1 / steps.
 *
 * @throws XaiError `invalid-option` for an unknown rule or less than one node
 */
export function quadrature(name: QuadratureName, steps: number): Quadrature {
  const rule = choiceOf('quadrature', name, quadratureNames);
  wholeNumber('steps', steps, rule === 'riemann-trapezoid' ? 2 : 1);
  if (rule === 'gauss-legendre') return gaussLegendre(steps);
  const weights = new Float64Array(steps).fill(1 / steps);
  const spaced = (offset: number): Float64Array =>
    Float64Array.from({ length: steps }, (_, i) => (i + offset) / steps);
  switch (rule) {
    case 'riemann-left':
      return { nodes: spaced(0), weights };
    case 'riemann-right':
      return { nodes: spaced(1), weights };
    case 'riemann-middle':
      return { nodes: spaced(0.5), weights };
    case 'riemann-trapezoid':
      weights[0]! /= 2;
      weights[steps - 1]! /= 2;
      return { nodes: Float64Array.from({ length: steps }, (_, i) => i / (steps - 1)), weights };
  }
}

/** The roots of the Legendre polynomial P_n by Newton's method, moved from [-1, 1] to [0, 1]; exact up to degree 2n - 1. */
function gaussLegendre(steps: number): Quadrature {
  const nodes = new Float64Array(steps);
  const weights = new Float64Array(steps);
  for (let i = 0; i < steps; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (steps + 0.5));
    let slope = 1;
    // Newton's method doubles the digits each time, and the start is good to two.
    for (let step = 0; step < 8; step++) {
      const { value, derivative } = legendre(steps, x);
      x -= value / derivative;
      slope = derivative;
    }
    nodes[i] = (1 + x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** P_n(x) and its derivative, by the recurrence (j + 1) P_(j+1) = (2j + 1) x P_j - j P_(j-1). */
function legendre(degree: number, x: number): { value: number; derivative: number } {
  let [before, value] = [1, x];
  for (let j = 1; j < degree; j++) {
    [before, value] = [value, ((2 * j + 1) * x * value - j * before) / (j + 1)];
  }
  return { value, derivative: (degree * (x * value - before)) / (x * x - 1) };
}
