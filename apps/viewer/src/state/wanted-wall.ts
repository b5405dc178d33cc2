import type { Params } from '../protocol/calls.ts';
import type { ViewerState } from './state.ts';

/** So many inputs are handed over at a time; the worker takes as many of them as there is time for. */
const BATCH = 8;

/** What the answers of the wall are about. */
export function wallKey({ model, normalization, fit, settings, deviceGeneration }: ViewerState): string {
  return JSON.stringify([model.id, normalization, fit, settings, deviceGeneration]);
}

/** The call for the next inputs of the wall, or null where there is nothing left to do. */
export function wantedWall(
  state: ViewerState,
): { readonly key: string; readonly params: Params<'wall'> } | null {
  const { wall, model, normalization, fit, settings, description } = state;
  // Before the network is open nobody knows what it takes.
  if (!wall || wall.isCancelled || description === null) return null;
  const key = wallKey(state);
  const open = wall.items.filter(({ input }) => wall.key !== key || !wall.answers.has(input.id));
  const [first] = open;
  if (!first) return null;
  const inputs = open.slice(0, BATCH).map(({ input }) => input);
  return { key: `${key}|${first.input.id}`, params: { model, normalization, fit, settings, inputs } };
}

/** Whether every input of the wall has its answer. */
export function isWallDone(state: ViewerState): boolean {
  return wallDone(state) === 1;
}

/** How much of the wall is done, 0 to 1. */
export function wallDone(state: ViewerState): number {
  const { wall } = state;
  return wall?.key !== wallKey(state) ? 0 : wall.answers.size / wall.items.length;
}
