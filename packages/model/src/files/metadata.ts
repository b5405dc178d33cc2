import type { Normalization } from '../input/normalization.ts';

/** What a model file says about its use, beside the network itself. */
export interface ModelMetadata {
  /** One name for each class, in the order of the outputs. */
  readonly classNames?: readonly string[];
  /** What is known of the network's input beyond its shape. */
  readonly input?: PictureDescription;
}

/** What a network takes, as far as its own layers or a file beside it say so. */
export interface PictureDescription {
  readonly scale?: {
    /** How pictures are scaled. */
    readonly normalize: Normalization;
    /** Who says so, for people: "its layer rescaling scales them". */
    readonly source: string;
  };
  /** Height and width of pictures, for networks that take any. */
  readonly size?: readonly [number, number];
  /** Whether the file had the channels of its inputs first: arrays in that order are understood as well. */
  readonly channelsFirst?: true;
}

/** The parts of user-defined metadata this package understands; everything else is passed over. */
export function parseMetadata(value: unknown): ModelMetadata {
  if (typeof value !== 'object' || value === null || !('classNames' in value)) return {};
  const { classNames } = value;
  const valid = Array.isArray(classNames) && classNames.every((name) => typeof name === 'string');
  return valid ? { classNames: classNames } : {};
}
