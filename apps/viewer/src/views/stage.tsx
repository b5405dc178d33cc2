import { classNameOf, drawnMap, shownAttribution, shownMap } from '../state/selectors.ts';
import { isExplained } from '../state/wanted-calls.ts';
import { giveFiles } from '../client/give-files.ts';
import type { ViewProps } from './app.tsx';
import { INPUT_FILES, Picker } from './file-pickers.tsx';
import { shapeText } from './format.ts';
import { ImageStage } from './image-stage.tsx';
import { SignalStage } from './signal-stage.tsx';

/** The input with its map. */
export function Stage({ state, dispatch }: ViewProps) {
  const explained = state.explained?.result;
  const attribution = shownAttribution(state);
  // While another map is on its way, that of the explanation stands in for it, pale.
  const map = attribution ?? shownMap(state);
  const classIndex = attribution?.classIndex ?? shownMap(state)?.classIndex;
  if (!explained || !map || classIndex === undefined) {
    return state.input === null ? <Waiting state={state} dispatch={dispatch} /> : <div class="stage" />;
  }
  const { display } = state;
  const heatmap = drawnMap(explained, map, display.resolution);
  const name = classNameOf(state, classIndex);
  const { image, mask } = explained.input;
  // Live pictures are always one behind.
  const isCurrent = state.input?.kind === 'frame' || (isExplained(state) && attribution !== null);
  return (
    <div class={isCurrent ? 'stage' : 'stage stale'}>
      {image ? (
        <ImageStage
          image={image}
          mask={display.outline ? mask : null}
          heatmap={heatmap}
          display={display}
          name={name}
        />
      ) : (
        <SignalStage input={explained.input} heatmap={heatmap} colors={display.colorMap} name={name} />
      )}
    </div>
  );
}

/** Asks for the first input of a model of the user's own. */
function Waiting({ state, dispatch }: ViewProps) {
  const { description } = state;
  if (!description) return <div class="stage" />;
  const kind = description.takes === 'image' ? 'an image' : 'a signal (.npy)';
  return (
    <div class="stage waiting">
      <p>
        Drop {kind} here. {description.name} takes {shapeText(description.inputShape)}
        {description.takes === 'image' && '; images of other sizes are resized'}.
      </p>
      <Picker
        label="Choose a file …"
        accept={INPUT_FILES}
        onFiles={(files) => {
          giveFiles(state, dispatch, [...(files ?? [])]);
        }}
      />
    </div>
  );
}
