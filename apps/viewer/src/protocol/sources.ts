import type { EmbeddedModelName, Normalization } from '@ablation-cam/model';

/** The data sets that come with a model of their own. */
export type BuiltInName = EmbeddedModelName;

/** Where a model comes from. The id tells sources apart: what has the same id is opened once. */
export type ChosenModel =
  | { readonly kind: 'built-in'; readonly id: BuiltInName; readonly name: string }
  | { readonly kind: 'files'; readonly id: string; readonly name: string; readonly files: readonly File[] };

/** Where an input comes from. */
export type ChosenInput =
  | { readonly kind: 'sample'; readonly id: string; readonly name: string }
  | { readonly kind: 'file'; readonly id: string; readonly name: string; readonly file: File }
  | {
      /** A picture of a camera or a video, 8-bit RGBA, row-major. */
      readonly kind: 'frame';
      readonly id: string;
      readonly name: string;
      readonly pixels: ImageData;
    };

/** The named scales of 8-bit images. */
export type NormalizationName = Extract<Normalization, string>;
