/** The tensor whose channels are ablated. */
export interface TargetOperation {
  readonly kind: 'target';
}
