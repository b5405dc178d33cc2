import type { MethodName } from '@ablation-cam/xai';
import type { ClassMap } from '../protocol/descriptions.ts';
import { classNameOf, drawnMap, shownMap, shownView } from '../state/selectors.ts';
import { giveFiles } from '../client/give-files.ts';
import { pickedFiles } from '../client/given-files.ts';
import type { ViewProps } from './app.tsx';
import { INPUT_FILES, Picker } from './file-pickers.tsx';
import { inputText } from './format.ts';
import { ImageStage } from './image-stage.tsx';
import { SignalStage } from './signal-stage.tsx';

/** The input with its map. */
export function Stage({ state, dispatch }: ViewProps) {
  const view = shownView(state);
  // While another map is on its way, that of the explanation stands in for it, pale.
  const map = view?.attribution ?? shownMap(state);
  if (!view || !map) {
    return state.input === null ? <Waiting state={state} dispatch={dispatch} /> : <div class="stage" />;
  }
  const { display } = state;
  const { explained, attribution, isCurrent } = view;
  const heatmap = drawnMap(explained, map, display.resolution);
  const name = classNameOf(state, map.classIndex);
  const caption = captionOf(map, attribution?.run.method ?? 'ablation-cam', name);
  const { image, mask } = explained.input;
  return (
    <div class={isCurrent ? 'stage' : 'stage stale'}>
      {image ? (
        <ImageStage
          image={image}
          mask={display.outline ? mask : null}
          heatmap={heatmap}
          display={display}
          caption={caption}
        />
      ) : (
        <SignalStage input={explained.input} heatmap={heatmap} colors={display.colorMap} caption={caption} />
      )}
    </div>
  );
}

/** What the map is of, in a few words. */
function captionOf({ map }: Pick<ClassMap, 'map'>, method: MethodName, name: string): string {
  if (!map.data.some((value) => value > 0)) return `nothing here speaks for ${name}`;
  return method === 'random' ? 'a random map' : `what speaks for ${name}`;
}

/** Asks for the first input of a model of the user's own. */
function Waiting({ state, dispatch }: ViewProps) {
  const { description } = state;
  if (!description) return <div class="stage" />;
  return (
    <div class="stage waiting">
      <p>
        {description.name} takes {inputText(description)}
        {description.takes === 'signal' && ' (.npy)'}: drop one here
        {description.takes === 'image' && '; images of other sizes are resized'}.
      </p>
      <Picker
        label="Choose a file …"
        accept={INPUT_FILES}
        onFiles={(files) => {
          if (files) giveFiles(state, dispatch, pickedFiles(files));
        }}
      />
    </div>
  );
}
