/** `y = x W + b` over the last axis; `kernel` is row-major `[inputs, units]`. */
export interface DenseOperation {
  readonly kind: 'dense';
  readonly units: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}
