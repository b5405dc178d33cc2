/** How strongly the channels of a layer respond to the inputs that are at hand. */
export interface Exciting {
  /** Which layer of which network it is about. */
  readonly key: string;
  /** The largest activation of each channel, by the id of the input; null for inputs the network cannot take. */
  readonly peaks: ReadonlyMap<string, Float32Array | null>;
  readonly isCancelled: boolean;
}

export const noExciting: Exciting = { key: '', peaks: new Map(), isCancelled: false };
