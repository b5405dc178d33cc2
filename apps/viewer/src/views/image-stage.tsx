import type { OriginalImage } from '@ablation-cam/model';
import type { PositionMap } from '@ablation-cam/xai';
import type { Display } from '../state/state.ts';
import { ColorBar } from './color-bar.tsx';
import { ImageCanvas } from './image-canvas.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { MaskOutline } from './mask-outline.tsx';

interface ImageStageProps {
  readonly image: OriginalImage;
  readonly mask: Uint8Array | null;
  readonly heatmap: PositionMap;
  readonly display: Display;
  /** What the map is of. */
  readonly caption: string;
}

/** The image as it is, and with the map over it. */
export function ImageStage({ image, mask, heatmap, display, caption }: ImageStageProps) {
  const small = Math.max(image.width, image.height) <= 128 ? ' pixels' : '';
  const smooth = display.resolution === 'raw' ? ' pixels' : '';
  const { width, height } = image;
  return (
    <div class="images">
      <figure>
        <div class="picture">
          <ImageCanvas image={image} class={`layer${small}`} label="The input" />
        </div>
        <figcaption>the input</figcaption>
      </figure>
      <figure>
        <div class="picture">
          <ImageCanvas image={image} class={`layer${small}`} />
          <MapCanvas
            map={heatmap}
            colors={display.colorMap}
            opacity={display.opacity}
            seeThrough
            class={`layer over${smooth}`}
            label={`${caption}, over the input`}
          />
          {mask && <MaskOutline mask={mask} width={width} height={height} />}
        </div>
        <figcaption>
          {caption}
          {mask && (
            <>
              ; <span class="outline-key" aria-hidden="true" /> where the texture is
            </>
          )}
        </figcaption>
      </figure>
      <ColorBar colors={display.colorMap} />
    </div>
  );
}
