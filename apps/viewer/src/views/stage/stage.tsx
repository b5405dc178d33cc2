import { giveFiles } from '../../client/give-files.ts';
import { pickedFiles } from '../../client/given-files.ts';
import { grownMap } from '../../state/grown-map.ts';
import { shownMap, shownView } from '../../state/selectors.ts';
import type { ViewProps } from '../app.tsx';
import { INPUT_FILES, Picker } from '../file-pickers.tsx';
import { inputText } from '../format.ts';
import { ExpectedStage } from './expected-stage.tsx';
import { ExplainedStage } from './explained-stage.tsx';

/** The input with its map, or the place where an input is dropped. */
export function Stage({ state, dispatch }: ViewProps) {
  const view = shownView(state);
  // While another map is on its way, that of the explanation stands in for it, pale.
  const whole = view?.attribution ?? shownMap(state);
  const map = whole && { ...whole, ...grownMap(state) };
  if (!view || !map) {
    return state.input === null ? (
      <Waiting state={state} dispatch={dispatch} />
    ) : (
      <ExpectedStage state={state} />
    );
  }
  return (
    <ExplainedStage
      // Another input is seen whole at first; pictures of a camera follow each other.
      key={state.input?.kind === 'frame' ? 'frames' : `${state.model.id} ${state.input?.id ?? ''}`}
      state={state}
      dispatch={dispatch}
      explained={view.explained}
      map={map}
      method={view.attribution?.run.method ?? 'ablation-cam'}
      contrast={view.attribution?.contrast ?? null}
      isCurrent={view.isCurrent}
    />
  );
}

/** Asks for the first input of a model of the user's own. */
function Waiting({ state, dispatch }: ViewProps) {
  const { description } = state;
  if (!description) return <div class="stage" />;
  return (
    <div class="stage waiting">
      <p>
        {description.name} takes {inputText(description)}
        {description.takes === 'signal' && ' (.npy, or .csv with a sample a line)'}: drop one here
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
