/** A tensor that does not depend on the target; its value comes with each run. */
export interface ConstantOperation {
  readonly kind: 'constant';
}
