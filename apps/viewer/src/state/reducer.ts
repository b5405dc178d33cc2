import type { Action, Answer, UserAction } from './actions.ts';
import { withGood } from './about.ts';
import { withModel, withNewRequest } from './new-request.ts';
import { reduceShelf, returnedTo, withShelf } from './reduce-shelf.ts';
import { needsExpert, withNeededExpert, withoutExpert } from './expert.ts';
import { erasureOf, reduceErasing, withoutStrokes } from './erasing.ts';
import { pinnableView, swapViews } from './pinned-view.ts';
import { resumedExciting, withoutExciting } from './most-exciting.ts';
import { raceRun } from './race-run.ts';
import { answered, failed } from './reduce-answer.ts';
import type { SlotName, ViewerState } from './state.ts';
import { revisited } from './visit.ts';
import { reduceWall, wallCancelled, wallStarted } from './reduce-wall.ts';
import { reduceResults } from './reduce-results.ts';
import type { ResultsAction } from './results.ts';
import { reduceTour, withoutTour } from './reduce-tour.ts';
import type { TourAction } from './tour.ts';
import type { WallAction } from './wall.ts';
import { isExplained, wantedCalls } from './wanted-calls.ts';

/** Returns the state after an action. */
export function reduce(state: ViewerState, action: Action): ViewerState {
  // Whoever goes elsewhere has left the tour, and waits for nothing else.
  const from = LEAVES.has(action.kind) ? { ...withoutTour(state), pinsFor: null } : state;
  return withNeededExpert(withPinned(withShelf(from, reduceView(from, action), action)));
}

/** Puts a view aside that was only to be held against another one, and goes on to that; also where it could not be made. */
function withPinned(state: ViewerState): ViewerState {
  const { pinsFor } = state;
  const view = pinsFor && pinnableView(state);
  if (!pinsFor || !(view || state.problem)) return state;
  return { ...restored({ ...state, pinned: view ?? state.pinned }, pinsFor), problem: state.problem };
}

const LEAVES: ReadonlySet<Action['kind']> = new Set([
  'choose-model',
  'return-to-model',
  'choose-input',
  'take-off-shelf',
  'restore',
  'revisit',
]);

function reduceView(state: ViewerState, action: Action): ViewerState {
  switch (action.kind) {
    case 'answered':
      // An answer to what is no longer asked came too late.
      return isWanted(state, action) ? answered(withoutJob(state, action.slot), action) : state;
    case 'started': {
      const { slot, key, at } = action;
      const begun = { ...state, jobs: { ...state.jobs, [slot]: { key, since: at, done: null } } };
      return slot === 'wall' ? wallStarted(begun, at) : begun;
    }
    case 'progressed':
      return progressed(state, action.slot, action.key, action.done);
    case 'failed':
      return isWanted(state, action)
        ? failed(withoutJob(state, action.slot), action.slot, action.message, action.isOfInput === true)
        : state;
    case 'lose-device':
      return {
        ...state,
        deviceGeneration: state.deviceGeneration + 1,
        race: state.race.status === 'running' ? { status: 'cancelled', run: state.race.run } : state.race,
        notice: 'The GPU device was lost. A new one was requested and the view restored.',
      };
    case 'replace-worker':
      return {
        ...state,
        notice:
          'The computation gave no sign of life for half a minute. It was started again and the view restored.',
      };
    case 'report':
      return { ...state, problem: { message: action.message, slot: 'page' } };
    case 'notify':
      return { ...state, notice: action.message };
    case 'restore':
      return restored(state, action.state);
    case 'revisit':
      return revisited(state, action.visit);
    case 'start-tour':
    case 'turn-tour':
    case 'grow-map':
    case 'end-tour':
      return reduceTour(state, action);
    case 'open-results':
    case 'filter-results':
    case 'close-results':
      return reduceResults(state, action);
    case 'open-wall':
    case 'filter-wall':
    case 'resume-wall':
    case 'close-wall':
      return reduceWall(state, action);
    case 'shelf-loaded':
    case 'keep-shelf':
    case 'take-off-shelf':
    case 'clear-shelf':
      return reduceShelf(state, action);
    case 'cancel-job':
    case 'choose-blank':
    case 'choose-eraser':
    case 'clear-erasing':
    case 'erase':
    case 'pin-view':
    case 'swap-views':
    case 'undo-erasing':
    case 'unpin-view':
    case 'change-display':
    case 'show-expert':
    case 'change-settings':
    case 'choose-fraction':
    case 'choose-input':
    case 'choose-labels':
    case 'choose-model':
    case 'dismiss-problem':
    case 'focus-channel':
    case 'fit-pictures':
    case 'normalize':
    case 'open-panel':
    case 'order-channels':
    case 'page-gallery':
    case 'restore-channels':
    case 'resume-exciting':
    case 'return-to-model':
    case 'start-race':
    case 'toggle-channel':
      return acted(state, action);
  }
}

function acted(
  state: ViewerState,
  action: Exclude<UserAction, WallAction | TourAction | ResultsAction>,
): ViewerState {
  switch (action.kind) {
    case 'choose-model':
      return withModel(state, action.model, action.input);
    case 'return-to-model':
      return returnedTo(state, action.model);
    case 'choose-input':
      return {
        ...withNewRequest(state),
        input: action.input,
        // The layer stays, and whoever looks at one of its channels goes on.
        channels: { ...state.channels, off: [] },
        erasing: withoutStrokes(state.erasing),
        // A frame of a video follows another: the class that is watched stays.
        display:
          action.input.kind === 'frame'
            ? state.display
            : { ...state.display, classIndex: null, contrast: null },
      };
    case 'choose-labels':
      return { ...state, labels: { id: action.id, file: action.file }, problem: null };
    case 'normalize':
      return { ...withNewRequest(state), normalization: action.normalization };
    case 'fit-pictures':
      return { ...withNewRequest(state), fit: action.fit };
    case 'change-settings':
      return {
        ...withNewRequest(state),
        settings: { ...state.settings, ...action.settings },
        // Another output has other classes.
        display:
          action.settings.output === undefined
            ? state.display
            : { ...state.display, classIndex: null, contrast: null },
      };
    case 'show-expert':
      if (action.isShown) return { ...state, isExpert: true };
      // What is usual already needs no explanation anew.
      return needsExpert(state) ? withoutExpert(withNewRequest(state)) : { ...state, isExpert: false };
    case 'choose-eraser':
    case 'erase':
    case 'undo-erasing':
    case 'clear-erasing': {
      const shown = isExplained(state) ? (state.explained?.result ?? null) : null;
      const erasing = reduceErasing(state.erasing, action, shown);
      const isSame = erasureOf(erasing)?.id === erasureOf(state.erasing)?.id;
      return { ...(isSame ? state : withNewRequest(state)), erasing };
    }
    case 'pin-view':
      return { ...state, pinned: pinnableView(state) ?? state.pinned };
    case 'swap-views':
      return swapViews(state, withNewRequest(state));
    case 'unpin-view':
      return { ...state, pinned: null };
    case 'change-display':
      return { ...state, display: { ...state.display, ...action.display } };
    case 'open-panel':
      return { ...state, panel: action.panel };
    case 'order-channels':
      return { ...state, channels: { ...state.channels, order: action.order } };
    case 'focus-channel':
      return { ...state, channels: { ...state.channels, focused: action.channel } };
    case 'toggle-channel': {
      const { off } = state.channels;
      const next = off.includes(action.channel)
        ? off.filter((channel) => channel !== action.channel)
        : [...off, action.channel].sort((a, b) => a - b);
      return { ...state, channels: { ...state.channels, off: next } };
    }
    case 'restore-channels':
      return { ...state, channels: { ...state.channels, off: [] } };
    case 'resume-exciting':
      return resumedExciting(state);
    case 'choose-fraction':
      return { ...state, fraction: action.fraction };
    case 'choose-blank':
      return { ...state, blank: action.blank };
    case 'start-race':
      return { ...state, race: { status: 'running', run: raceRun(state) + 1 } };
    case 'cancel-job':
      return cancelled(state, action.slot);
    case 'page-gallery':
      return { ...state, galleryFirst: Math.max(0, action.first) };
    case 'dismiss-problem':
      return { ...state, problem: null, notice: null };
  }
}

/** What a link holds, with the answers that are there: those to other calls are replaced when theirs come. */
function restored(state: ViewerState, linked: ViewerState): ViewerState {
  const { deviceGeneration, shelf, wall, explained, attribution, metrics, good, features, masked } = state;
  const { exciting, pinned, results } = state;
  const isSameModel = linked.model.id === state.model.id;
  return {
    ...linked,
    isExpert: linked.isExpert || state.isExpert,
    ...(isSameModel && { description: state.description, gallery: state.gallery }),
    deviceGeneration,
    shelf,
    wall,
    results,
    explained,
    attribution,
    metrics,
    good,
    features,
    masked,
    exciting,
    pinned,
  };
}

function progressed(state: ViewerState, slot: SlotName, key: string, done: number): ViewerState {
  const job = state.jobs[slot];
  return job?.key === key ? { ...state, jobs: { ...state.jobs, [slot]: { ...job, done } } } : state;
}

function withoutJob(state: ViewerState, slot: SlotName): ViewerState {
  const { [slot]: _, ...jobs } = state.jobs;
  return { ...state, jobs };
}

/** No longer wants what a slot computes: the view is the one before it was asked for. */
function cancelled(state: ViewerState, slot: SlotName): ViewerState {
  switch (slot) {
    case 'describe':
    case 'explain':
      // What is explained stays, where only the scores without each channel were missing for the open panel.
      if (isExplained(state)) return { ...state, panel: 'race' };
      return state.good
        ? { ...withGood(state, state.good), notice: 'Cancelled: this is what was explained before.' }
        : { ...state, input: null, notice: 'Cancelled. Choose a sample, or drop a file, to explain it.' };
    case 'attribute':
      return { ...state, display: { ...state.display, method: 'ablation-cam', contrast: null } };
    case 'mask':
      return { ...state, channels: { ...state.channels, off: [] } };
    case 'features':
    case 'metrics':
      return { ...state, panel: 'race' };
    case 'race':
      return state.race.status === 'running'
        ? { ...state, race: { status: 'cancelled', run: state.race.run } }
        : state;
    case 'labels':
      return { ...state, labels: null };
    case 'openResult':
    case 'resultTiles':
      return { ...state, results: null };
    case 'resultSample':
      return reduceResults(state, { kind: 'filter-results', filter: { chosen: null } });
    case 'excite':
      return withoutExciting(state);
    case 'wall':
      return wallCancelled(state);
    case 'gallery':
      return state;
  }
}

function isWanted(state: ViewerState, { slot, key }: { slot: Answer['slot']; key: string }): boolean {
  return wantedCalls(state)[slot]?.key === key;
}
