import { GIVEN, type Facts } from './facts.ts';

/** Anything the planner has no rule for: `layerClass` is named in the error. */
export interface OpaqueOperation {
  readonly kind: 'opaque';
  readonly layerClass: string;
  readonly reason?: string;
}

export const opaqueFacts: Facts<OpaqueOperation> = GIVEN;
