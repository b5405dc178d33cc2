import { GIVEN, type Facts } from './facts.ts';

/** The tensor whose channels are ablated. */
export interface TargetOperation {
  readonly kind: 'target';
}

export const targetFacts: Facts<TargetOperation> = GIVEN;
