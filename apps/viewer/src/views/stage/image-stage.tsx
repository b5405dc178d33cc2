import { useMemo, useState } from 'preact/hooks';
import type { OriginalImage } from '@ablation-cam/model';
import type { ColorMapName } from '@ablation-cam/xai/drawing';
import type { Mark } from '../../protocol/erasure.ts';
import { contoursOf, type StageMap } from '../../state/stage-map.ts';
import type { Arrangement, Display } from '../../state/state.ts';
import { ImageCanvas } from '../image-canvas.tsx';
import { MapCanvas } from '../map-canvas.tsx';
import { Frame } from './frame.tsx';
import { Marks } from './marks.tsx';
import { Outline } from './outline.tsx';
import { SwipeHandle } from './swipe-handle.tsx';
import type { Zoom } from './zoom.ts';

interface ImageStageProps {
  readonly image: OriginalImage;
  /** How wide the picture is for its height when the network gets it. */
  readonly aspect: number;
  readonly mask: Uint8Array | null;
  readonly drawn: StageMap;
  readonly colors: ColorMapName;
  readonly display: Display;
  readonly arrangement: Arrangement;
  readonly zoom: Zoom;
  /** What was painted and is not in the picture yet. */
  readonly wet: readonly Mark[];
  /** What the eraser would erase. */
  readonly eraser: Mark | null;
  /** What the map is of and where it is bright, in words. */
  readonly caption: string;
  /** How the picture came into the proportions of the network, where it has others. */
  readonly fitted: string | null;
}

const LARGE_PIXELS = 128;

/** The image as it is and with the map over it, beside each other, one over the other, or up to a divider. */
export function ImageStage(props: ImageStageProps) {
  const { image, aspect, mask, drawn, arrangement, zoom, wet, eraser } = props;
  const [divider, setDivider] = useState(0.5);
  const painted = (
    <>
      {wet.length > 0 && <Marks marks={wet} class="wet" />}
      {eraser && <Marks marks={[eraser]} class="eraser" />}
    </>
  );
  const plain = (
    <>
      <Photo image={image} label="The input" />
      {painted}
    </>
  );
  const covered = (
    <>
      <Photo image={image} />
      <Cover {...props} />
      {mask && (
        <Outline
          inside={mask}
          width={image.width}
          height={image.height}
          class="truth"
          label="The true region"
        />
      )}
      {painted}
    </>
  );
  return (
    <div class={`images ${arrangement}`} style={{ '--aspect': aspect }} data-signed={drawn.isSigned}>
      {arrangement === 'beside' && (
        <Frame aspect={aspect} zoom={zoom}>
          {plain}
        </Frame>
      )}
      {arrangement === 'swipe' ? (
        <div class="swipe" style={{ '--divider': `${100 * divider}%` }}>
          <Frame aspect={aspect} zoom={zoom}>
            {plain}
          </Frame>
          <Frame aspect={aspect} zoom={zoom}>
            {covered}
          </Frame>
          <SwipeHandle at={divider} onMove={setDivider} />
        </div>
      ) : (
        <Frame aspect={aspect} zoom={zoom}>
          {covered}
        </Frame>
      )}
    </div>
  );
}

function Photo({ image, label }: { readonly image: OriginalImage; readonly label?: string }) {
  const isSmall = Math.max(image.width, image.height) <= LARGE_PIXELS;
  return <ImageCanvas image={image} class={isSmall ? 'layer pixels' : 'layer'} {...(label && { label })} />;
}

/** The map, and the lines around what counts most. */
function Cover({ drawn, colors, display, caption, fitted }: ImageStageProps) {
  const { threshold, contour, resolution } = display;
  const contours = useMemo(
    () => (contour && drawn.high > 0 ? contoursOf(drawn, threshold) : []),
    [contour, drawn, threshold],
  );
  const [height = 1, width = 1] = drawn.shares.shape;
  return (
    <>
      <MapCanvas
        map={drawn.shares}
        colors={colors}
        isSigned={drawn.isSigned}
        threshold={threshold}
        seeThrough
        class={`layer over veil${resolution === 'raw' ? ' pixels' : ''}`}
        label={`${caption}, over the input${fitted === null ? '' : ` (${fitted})`}`}
      />
      {contours.map(({ side, inside }) => (
        <Outline
          key={side}
          inside={inside}
          width={width}
          height={height}
          class={`contour ${side}`}
          label={`Contour of what speaks ${side}`}
        />
      ))}
    </>
  );
}
