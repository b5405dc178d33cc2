/** Labelled samples a network can be trained on, read in batches by their index. */
export interface TrainingData {
  readonly count: number;
  /** Shape of one sample, without the batch. */
  readonly inputShape: readonly number[];
  /** The class of each sample, `[count]`. */
  readonly labels: ArrayLike<number>;
  readonly classNames: readonly string[];
  /**
   * The samples of these indices, `[indices.length, ...inputShape]`. With an `epoch`, as training shall see them: where
   * the data are augmented, a pure function of the data's seed, the epoch and the index.
   */
  batch(indices: ArrayLike<number>, epoch?: number): Promise<Float32Array>;
}
