import { normalizationText, type ModelMetadata, type Normalization } from '@ablation-cam/model';
import { parseNormalization } from './arguments/normalization.ts';

/** How pictures are scaled, and who said so. */
export interface PictureScale {
  readonly normalize: Normalization;
  /** For people: "0..255 (its layer rescaling scales them)". */
  readonly said: string;
  /** Whether nobody said so. */
  readonly isAssumed: boolean;
}

/** What `--normalize` says, else what the model or a file beside it says, else 0..1. @throws CliError for a wrong option */
export function pictureScale(option: string | undefined, { input }: ModelMetadata): PictureScale {
  const asked = parseNormalization(option);
  if (asked !== undefined)
    return { normalize: asked, said: `${option ?? ''} (--normalize)`, isAssumed: false };
  if (!input?.scale) {
    return { normalize: '0..1', said: '0..1 (assumed: nothing says how; --normalize does)', isAssumed: true };
  }
  const { normalize, source } = input.scale;
  return { normalize, said: `${normalizationText(normalize)} (${source})`, isAssumed: false };
}
