/** What one epoch came to; losses include the L2 penalty, as Keras reports them. */
export interface EpochRecord {
  /** Counts from 1. */
  readonly epoch: number;
  /** The rate of the epoch's last step. */
  readonly learningRate: number;
  /** Mean over the training samples, each with the weights its own step began with. */
  readonly loss: number;
  readonly accuracy: number;
  /** On the validation split, after the epoch; `null` without one. */
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
}
