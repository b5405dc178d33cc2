import { methodTitles } from '../state/method-titles.ts';
import { openJob, type OpenJob } from '../state/selectors.ts';
import type { ViewerState } from '../state/state.ts';
import type { ViewProps } from './app.tsx';
import { timeLeft } from './format.ts';
import { useNow } from './use-now.ts';

/** What takes less is not worth a word. */
const PATIENCE_MS = 300;

/** What computes and how long it will, with a way out. */
export function JobBar({ state, dispatch }: ViewProps) {
  const job = openJob(state);
  return job && <OpenJobBar key={`${job.slot} ${job.key}`} state={state} dispatch={dispatch} job={job} />;
}

function OpenJobBar({ state, dispatch, job }: ViewProps & { readonly job: OpenJob }) {
  const elapsed = useNow(PATIENCE_MS) - job.since;
  if (elapsed < PATIENCE_MS) return null;
  const { done } = job;
  return (
    <div class="job" role="status">
      <label>
        <span class="job-words">
          {wordsFor(state, job)} … <span aria-hidden="true">{timeLeft(elapsed, done)}</span>
        </span>
        {done === null || done === 0 ? <progress /> : <progress value={done} max={1} />}
      </label>
      <button
        type="button"
        onClick={() => {
          dispatch({ kind: 'cancel-job', slot: job.slot });
        }}
      >
        Cancel
      </button>
    </div>
  );
}

function wordsFor(state: ViewerState, { slot }: OpenJob): string {
  switch (slot) {
    case 'describe':
      return `Opening ${state.model.name}`;
    case 'explain':
      return state.explained === null ? `Explaining with ${state.model.name}` : 'Explaining';
    case 'attribute':
      return methodTitles[state.display.method];
    case 'mask':
      return 'Predicting with channels off';
    case 'features':
      return 'Looking at the channels';
    case 'metrics':
      return 'Comparing methods';
    case 'race':
      return 'Racing';
    case 'wall':
      return `Explaining ${state.wall?.answers.size ?? 0} of ${state.wall?.items.length ?? 0} inputs`;
    case 'openResult':
    case 'resultTiles':
    case 'resultSample':
      return `Reading ${state.results?.source.name ?? 'the result'}`;
    case 'labels':
    case 'excite':
    case 'gallery':
      return 'Reading';
  }
}
