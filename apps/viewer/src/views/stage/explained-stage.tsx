import type { ExplanationRun, MethodName } from '@ablation-cam/xai';
import { useState } from 'preact/hooks';
import type { Explained, MethodAttribution } from '../../protocol/descriptions.ts';
import { faintnessOf } from '../../state/faintness.ts';
import { mapCaption } from '../../state/map-caption.ts';
import { aspectOf } from '../../state/aspect.ts';
import { classNameOf } from '../../state/selectors.ts';
import { fittedWords } from '../../state/picture-fit.ts';
import { stageMap } from '../../state/stage-map.ts';
import { useNarrow } from '../use-media.ts';
import type { ViewProps } from '../app.tsx';
import { onDemand } from '../on-demand.tsx';
import { ColorBar } from './color-bar.tsx';
import { EraseSwitch } from './erase-switch.tsx';
import { eraserAt, movedEraser } from './eraser.ts';
import { ImageStage } from './image-stage.tsx';
import { Readout } from './readout.tsx';
import { SignalStage } from './signal-stage.tsx';
import { keyDeed } from './stage-keys.ts';
import { useGestures } from './use-gestures.ts';
import { usePainting } from './use-painting.ts';
import { ZoomButtons } from './zoom-buttons.tsx';
import type { PlanePoint } from './zoom.ts';

const EraseBar = onDemand(async () => (await import('./erase-bar.tsx')).EraseBar);

interface ExplainedStageProps extends ViewProps {
  readonly explained: Explained;
  readonly map: MethodAttribution['map'] & {
    readonly classIndex: number;
    readonly run?: ExplanationRun;
    readonly reach?: number;
  };
  readonly method: MethodName;
  /** The class that the map holds its own against. */
  readonly contrast: number | null;
  /** Whether it is what was asked for, and not what was shown before. */
  readonly isCurrent: boolean;
}

/** The input with its map, to be looked at closely and painted over. */
export function ExplainedStage(props: ExplainedStageProps) {
  const { state, dispatch, explained, map, contrast, isCurrent } = props;
  const { display, erasing } = state;
  const { input, run } = explained;
  const [middle, setMiddle] = useState<PlanePoint>({ x: 0.5, y: 0.5 });
  const painting = usePainting({ state, dispatch }, (place) =>
    eraserAt(input, 'disc', erasing.size, place, gestures.zoom),
  );
  const gestures = useGestures(erasing.isActive ? painting.painter : null);
  const { zoom, zoomTo, pointer } = gestures;
  const isNarrow = useNarrow();
  const arrangement = display.arrangement ?? (isNarrow ? 'over' : 'beside');
  const drawn = stageMap(explained, map, display);
  const name = classNameOf(state, map.classIndex);
  const against = contrast === null ? '' : ` rather than ${classNameOf(state, contrast)}`;
  const caption = captionOf(props, name + against);
  // On a scale of both sides, what is faint looks faint.
  const faint = drawn.isSigned ? null : faintnessOf({ ...map, run: map.run ?? run }, name);
  const box = eraserAt(input, 'box', erasing.size, middle, zoom);
  const eraser = pointer ? eraserAt(input, 'disc', erasing.size, pointer, zoom) : box;
  const isErasable = state.input?.kind !== 'frame';
  const shared = {
    drawn,
    colors: drawn.isSigned ? ('RdBu_r' as const) : display.colorMap,
    display,
    zoom,
    caption,
    wet: painting.wet,
    eraser: erasing.isActive ? eraser : null,
  };
  return (
    <div class={isCurrent ? 'stage' : 'stage stale'} style={{ '--map-opacity': display.opacity }}>
      <div
        class={`sight${erasing.isActive ? ' erasing' : ''}${zoom.scale > 1 ? ' closer' : ''}`}
        // Its keys are its own.
        role="application"
        tabIndex={0}
        aria-label={erasing.isActive ? ERASING_KEYS : LOOKING_KEYS}
        {...gestures.handlers}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const deed = keyDeed(event.key, zoom, erasing.isActive);
          if (!deed) return;
          event.preventDefault();
          if (deed.kind === 'zoom') zoomTo(deed.zoom);
          else if (deed.kind === 'move-eraser') setMiddle(movedEraser(box, deed.by));
          else if (deed.kind === 'stamp') painting.stamp(box);
          else dispatch(deed.action);
        }}
      >
        {input.image ? (
          <ImageStage
            image={input.image}
            aspect={aspectOf(input)}
            fitted={fittedWords(input, state.fit)}
            mask={display.outline ? input.mask : null}
            arrangement={arrangement}
            {...shared}
          />
        ) : (
          <SignalStage input={input} {...shared} />
        )}
      </div>
      <p class="map-caption" aria-live="polite">
        {caption}
        {input.image && input.mask && display.outline && (
          <>
            {' '}
            <span class="outline-key" aria-hidden="true" />
          </>
        )}
      </p>
      <ColorBar drawn={drawn} colors={shared.colors} threshold={display.threshold} />
      {faint && <p class="warning">{faint}</p>}
      <div class="under">
        <Readout
          input={input}
          drawn={drawn}
          place={pointer}
          hint={
            erasing.isActive
              ? 'Paint with the pointer, or use the arrow keys and Enter.'
              : `Point at the ${input.image ? 'picture' : 'signal'} to read its values.`
          }
        />
        <ZoomButtons zoom={zoom} onZoom={zoomTo} />
        {isErasable && <EraseSwitch state={state} dispatch={dispatch} />}
      </div>
      {isErasable && (erasing.isActive || erasing.strokes.length > 0) && (
        <EraseBar state={state} dispatch={dispatch} explained={explained} middle={middle} />
      )}
    </div>
  );
}

const LOOKING_KEYS = 'Picture: plus and minus zoom, 0 shows all of it, arrow keys move it';
const ERASING_KEYS =
  'Picture: arrow keys move the eraser, Enter erases, z undoes, plus and minus zoom, 0 shows all of it';

/** What the map is of and where it is bright, in words. */
function captionOf({ explained: { input }, map, method }: ExplainedStageProps, name: string): string {
  const { image, mask } = input;
  const where = mapCaption(
    map.map,
    image && mask ? { shape: [image.height, image.width], data: mask } : null,
  );
  if (where === null) return `Nothing here speaks for ${name}`;
  return `${method === 'random' ? 'A random map' : `What speaks for ${name}`}: ${where}`;
}
