/** The same flat data in another shape. */
export interface ReshapeOperation {
  readonly kind: 'reshape';
}
