import { GIVEN, type Facts } from './facts.ts';

/** A tensor that does not depend on the target; its value comes with each run. */
export interface ConstantOperation {
  readonly kind: 'constant';
}

export const constantFacts: Facts<ConstantOperation> = GIVEN;
