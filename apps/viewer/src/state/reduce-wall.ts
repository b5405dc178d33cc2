import type { WallAnswer } from '../protocol/descriptions.ts';
import type { ViewerState } from './state.ts';
import { MOST_ON_WALL, type Wall, type WallAction } from './wall.ts';

/** Returns the state with its wall after an action of the wall. */
export function reduceWall(state: ViewerState, action: WallAction): ViewerState {
  switch (action.kind) {
    case 'open-wall':
      return {
        ...state,
        wall: {
          id: action.id,
          items: action.items.slice(0, MOST_ON_WALL),
          key: '',
          answers: new Map(),
          isCancelled: false,
          since: null,
          only: null,
        },
        notice:
          action.items.length > MOST_ON_WALL
            ? `These are the first ${MOST_ON_WALL} of ${action.items.length} inputs; the command explain-set takes as many as there are.`
            : `${action.items.length} inputs: a wall of their maps is further down.`,
      };
    case 'filter-wall':
      return withWall(state, { only: action.only });
    case 'resume-wall':
      return withWall(state, { isCancelled: false, since: null });
    case 'close-wall':
      return { ...state, wall: null };
  }
}

/** Notes when the wall was begun: it is asked for in many calls. */
export function wallStarted(state: ViewerState, at: number): ViewerState {
  return state.wall?.since === null ? withWall(state, { since: at }) : state;
}

/** @param key what the answers are about */
export function wallAnswered(state: ViewerState, key: string, answers: readonly WallAnswer[]): ViewerState {
  const { wall } = state;
  if (!wall) return state;
  const kept = wall.key === key ? [...wall.answers] : [];
  const all = new Map([...kept, ...answers.map((answer) => [answer.id, answer] as const)]);
  return withWall(state, { key, answers: all, ...(all.size === wall.items.length && { since: null }) });
}

export function wallCancelled(state: ViewerState): ViewerState {
  return withWall(state, { isCancelled: true, since: null });
}

function withWall(state: ViewerState, change: Partial<Wall>): ViewerState {
  return state.wall ? { ...state, wall: { ...state.wall, ...change } } : state;
}
