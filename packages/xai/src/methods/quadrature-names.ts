/** The rules that integrated gradients can take. */
export const quadratureNames = [
  'gauss-legendre',
  'riemann-left',
  'riemann-right',
  'riemann-middle',
  'riemann-trapezoid',
] as const;

/** One of {@link quadratureNames}. */
export type QuadratureName = (typeof quadratureNames)[number];
