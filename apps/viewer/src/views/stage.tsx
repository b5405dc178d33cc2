import type { ViewerState } from '../state/state.ts';
import { classNameOf, drawnMap, shownMap } from '../state/selectors.ts';
import { isExplained } from '../state/wanted-calls.ts';
import { ImageStage } from './image-stage.tsx';
import { SignalStage } from './signal-stage.tsx';

/** The input with its map. */
export function Stage({ state }: { state: ViewerState }) {
  const explained = state.explained?.result;
  const map = shownMap(state);
  if (!explained || !map) return <div class="stage empty" />;
  const { display } = state;
  const heatmap = drawnMap(explained, map, display.resolution);
  const name = classNameOf(state, map.classIndex);
  const { image, mask } = explained.input;
  return (
    <div class={isExplained(state) ? 'stage' : 'stage stale'}>
      {image ? (
        <ImageStage
          image={image}
          mask={display.outline ? mask : null}
          heatmap={heatmap}
          display={display}
          name={name}
        />
      ) : (
        <SignalStage input={explained.input} heatmap={heatmap} colours={display.colourMap} name={name} />
      )}
    </div>
  );
}
