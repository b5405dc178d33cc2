import type { OriginalImage } from '@ablation-cam/model';
import type { PositionMap } from '@ablation-cam/xai';

/** Where a result of `explain-set` comes from. The id tells sources apart. */
export type ResultSource =
  | {
      readonly kind: 'files';
      readonly id: string;
      readonly name: string;
      /** The files of the Zarr group by their paths within it, such as `label/zarr.json`. */
      readonly files: ReadonlyMap<string, File>;
      /** What else came along, by its path: perhaps what was explained. */
      readonly pictures: ReadonlyMap<string, File>;
    }
  | {
      readonly kind: 'served';
      readonly id: string;
      readonly name: string;
      /** The address of the group, ending in `/`. */
      readonly url: string;
    };

/** What a result holds of all of its samples. */
export interface ResultOverview {
  readonly model: string;
  readonly classNames: readonly string[];
  readonly methods: readonly ResultMethod[];
  /** What each sample is called. */
  readonly sources: readonly string[];
  /** The true class, -1 where it is not known. */
  readonly labels: Int32Array;
  readonly predicted: Int32Array;
  /** The probability of the predicted class; NaN where it was not kept. */
  readonly confidence: Float32Array;
  /** 1 where a sample is explained. */
  readonly states: Uint8Array;
}

export interface ResultMethod {
  readonly name: string;
  /** What each target is, such as "probability of the predicted class". */
  readonly targets: readonly string[];
  /** Null where the method has no weights. */
  readonly channels: number | null;
  /** The sizes of a map. */
  readonly map: readonly number[];
}

/** What was explained, where it can be had. */
export interface ResultPicture {
  readonly image: OriginalImage | null;
  readonly signal: Float32Array | null;
}

/** A sample, small. */
export interface ResultTile {
  readonly index: number;
  /** 0 to 1, on the layer's own grid, of the first target. */
  readonly map: PositionMap;
  readonly picture: ResultPicture;
}

/** A sample, with all that is kept of the first target. */
export interface ResultSample {
  readonly index: number;
  readonly classIndex: number;
  readonly score: number;
  readonly mapSigned: PositionMap;
  readonly weights: Float32Array | null;
  readonly picture: ResultPicture;
}
