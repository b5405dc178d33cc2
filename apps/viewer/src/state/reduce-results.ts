import type { Answer } from './actions.ts';
import { wholeResult, type ResultsAction } from './results.ts';
import type { ViewerState } from './state.ts';

/** Returns the state after an action on a result of `explain-set`. */
export function reduceResults(state: ViewerState, action: ResultsAction): ViewerState {
  const { results } = state;
  switch (action.kind) {
    case 'open-results':
      return {
        ...state,
        problem: null,
        results: { source: action.source, overview: null, filter: wholeResult, tiles: null, sample: null },
      };
    case 'filter-results': {
      if (!results) return state;
      // Another choice begins with its first page, and looks at nothing yet.
      const start = { page: 0, chosen: null };
      const isStart =
        !('page' in action.filter) && !('chosen' in action.filter) && !('method' in action.filter);
      const filter = { ...results.filter, ...(isStart && start), ...action.filter };
      return { ...state, results: { ...results, filter } };
    }
    case 'close-results':
      return { ...state, results: null };
  }
}

type ResultAnswer = Extract<Answer, { slot: 'openResult' | 'resultTiles' | 'resultSample' }>;

export function resultsAnswered(state: ViewerState, answer: ResultAnswer): ViewerState {
  const { results } = state;
  if (!results) return state;
  const { key } = answer;
  switch (answer.slot) {
    case 'openResult': {
      const method = answer.result.methods[0]?.name ?? '';
      return {
        ...state,
        results: { ...results, overview: answer.result, filter: { ...results.filter, method } },
      };
    }
    case 'resultTiles':
      return { ...state, results: { ...results, tiles: { key, tiles: answer.result } } };
    case 'resultSample':
      return { ...state, results: { ...results, sample: { key, sample: answer.result } } };
  }
}
