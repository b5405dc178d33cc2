/** The rules that integrated gradients can take. */
export const quadratureNames = [
  'gauss-legendre',
  'riemann-left',
  'riemann-right',
  'riemann-middle',
  'riemann-trapezoid',
] as const;

export type QuadratureName = (typeof quadratureNames)[number];
