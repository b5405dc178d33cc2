/** `y = scale * x + shift`, one scale and shift for each channel (the last axis): batch normalisation, rescaling. */
export interface AffineOperation {
  readonly kind: 'affine';
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}
