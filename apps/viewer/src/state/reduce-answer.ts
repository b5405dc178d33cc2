import { aboutOf, withGood } from './about.ts';
import type { Answer } from './actions.ts';
import { withExcitements, withoutExciting } from './most-exciting.ts';
import { reduceResults, resultsAnswered } from './reduce-results.ts';
import { raceRun } from './race-run.ts';
import { wallAnswered, wallCancelled } from './reduce-wall.ts';
import { defaultSettings, type ViewerState } from './state.ts';
import { wantedCalls } from './wanted-calls.ts';
import { wallKey } from './wanted-wall.ts';

/** Returns the state with an answer that is still wanted. */
export function answered(state: ViewerState, answer: Answer): ViewerState {
  switch (answer.slot) {
    case 'describe':
      return described({ ...state, description: answer.result });
    case 'labels':
      return { ...state, classNames: answer.result };
    case 'explain':
      return {
        ...state,
        explained: { key: answer.key, result: answer.result },
        description: answer.result.model,
        good: aboutOf({ ...state, description: answer.result.model }),
        display: { ...state.display, classIndex: shownClass(state, answer.result.maps) },
      };
    case 'attribute': {
      const params = wantedCalls(state).attribute?.params;
      if (!state.explained || !params) return state;
      const { classIndex, contrast } = params;
      const { key, result } = answer;
      return { ...state, attribution: { key, result, of: state.explained.result, classIndex, contrast } };
    }
    case 'metrics':
      return { ...state, metrics: { key: answer.key, result: answer.result } };
    case 'gallery':
      return { ...state, gallery: answer.result };
    case 'features':
      return { ...state, features: { key: answer.key, result: answer.result } };
    case 'mask':
      return { ...state, masked: { key: answer.key, result: answer.result } };
    case 'openResult':
    case 'resultTiles':
    case 'resultSample':
      return resultsAnswered(state, answer);
    case 'excite':
      return withExcitements(state, answer.result);
    case 'wall':
      return wallAnswered(state, wallKey(state), answer.result);
    case 'race':
      return { ...state, race: { status: 'finished', run: raceRun(state), result: answer.result } };
  }
}

/** The class that was shown, unless the model has no map of it. */
function shownClass(
  { display: { classIndex } }: ViewerState,
  maps: readonly { readonly classIndex: number }[],
): number | null {
  return maps.some((map) => map.classIndex === classIndex) ? classIndex : null;
}

/** A model that waits for its first input is something to come back to. */
function described(state: ViewerState): ViewerState {
  if (state.input !== null) return state;
  return { ...state, explained: null, good: aboutOf(state) };
}

/** Returns the state after a call that is still wanted has failed. */
export function failed(
  state: ViewerState,
  slot: Answer['slot'],
  message: string,
  isOfInput: boolean,
): ViewerState {
  const problem = { message, slot };
  switch (slot) {
    case 'describe':
    case 'explain':
      if (slot === 'explain' && isFirstInput(state)) {
        const waiting = described({ ...state, input: null });
        if (state.good?.input?.id === state.input?.id)
          return { ...waiting, notice: `${message} The network waits for another input.` };
        if (isOfInput) return { ...waiting, problem };
      }
      return state.good ? { ...withGood(state, state.good), problem } : { ...withoutGood(state), problem };
    case 'labels':
      return { ...state, labels: null, problem };
    case 'race':
      return { ...state, race: { status: 'cancelled', run: raceRun(state) }, problem };
    case 'attribute':
      return { ...state, display: { ...state.display, method: 'ablation-cam', contrast: null }, problem };
    case 'openResult':
    case 'resultTiles':
      return { ...state, results: null, problem };
    case 'resultSample':
      return { ...reduceResults(state, { kind: 'filter-results', filter: { chosen: null } }), problem };
    case 'excite':
      return { ...withoutExciting(state), problem };
    case 'wall':
      return { ...wallCancelled(state), problem };
    case 'gallery':
    case 'features':
    case 'mask':
    case 'metrics':
      return { ...state, problem };
  }
}

/** Whether it is the first input of a network that opened: where it does not fit, the network is kept and waits for another. */
function isFirstInput({ good, model, input, description }: ViewerState): boolean {
  return description !== null && input?.kind === 'file' && good !== null && good.model.id !== model.id;
}

/** Where nothing has worked yet, as behind a link with a layer that is not there: less is asked for. */
function withoutGood(state: ViewerState): ViewerState {
  const asked = Object.values(state.settings).join();
  return asked === Object.values(defaultSettings).join()
    ? { ...state, input: null }
    : { ...state, settings: defaultSettings };
}
