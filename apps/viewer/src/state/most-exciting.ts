import type { Params } from '../protocol/calls.ts';
import type { Excitement } from '../protocol/descriptions.ts';
import type { ChosenInput } from '../protocol/sources.ts';
import type { SmallPicture } from './shelf.ts';
import { noExciting, type Exciting } from './exciting.ts';
import { sampleOf, type ViewerState } from './state.ts';

/** So many inputs are handed over at a time; the worker takes as many of them as there is time for. */
const BATCH = 8;
/** So many are shown of a channel. */
const MOST_SHOWN = 4;

/** An input that is a click away. */
interface AtHand {
  readonly input: ChosenInput;
  readonly picture: SmallPicture;
}

/** The inputs on the shelf, and the samples that are shown of a network that comes along. */
function atHand({ shelf, gallery, model }: ViewerState): readonly AtHand[] {
  const samples =
    model.kind === 'built-in'
      ? gallery.map((item) => ({ input: sampleOf(model.id, Number(item.id.split(':')[1])), picture: item }))
      : [];
  return [...shelf.inputs, ...samples];
}

function keyOf({ model, normalization, fit, settings, deviceGeneration }: ViewerState): string {
  return JSON.stringify([model.id, normalization, fit, settings.output, settings.layer, deviceGeneration]);
}

/** What is known of the layer that is looked at. */
function present(state: ViewerState): Exciting {
  const key = keyOf(state);
  return state.exciting.key === key ? state.exciting : { ...noExciting, key };
}

/**
 * The call for the next inputs, once somebody looks at a channel; null where there is nothing left to do.
 *
 * @param isExplained whether what is shown is what is wanted, whose channels these are
 */
export function wantedExciting(
  state: ViewerState,
  isExplained: boolean,
): { readonly key: string; readonly params: Params<'excite'> } | null {
  const { model, normalization, fit, settings, panel, channels, input } = state;
  const isLooking = panel === 'channels' && channels.focused !== null && input?.kind !== 'frame';
  if (!isLooking || !isExplained) return null;
  const { key, peaks, isCancelled } = present(state);
  if (isCancelled) return null;
  const inputs = atHand(state).flatMap((each) => (peaks.has(each.input.id) ? [] : [each.input]));
  const [first] = inputs;
  if (!first) return null;
  return {
    key: `${key}|${first.id}`,
    params: { model, normalization, fit, settings, inputs: inputs.slice(0, BATCH) },
  };
}

export function withExcitements(state: ViewerState, found: readonly Excitement[]): ViewerState {
  const { key, peaks } = present(state);
  const all = new Map([...peaks, ...found.map(({ id, peaks }) => [id, peaks] as const)]);
  return { ...state, exciting: { key, peaks: all, isCancelled: false } };
}

/** What is known stays; the rest is not asked for until somebody wants it. */
export function withoutExciting(state: ViewerState): ViewerState {
  return { ...state, exciting: { ...present(state), isCancelled: true } };
}

export function resumedExciting(state: ViewerState): ViewerState {
  return { ...state, exciting: { ...present(state), isCancelled: false } };
}

/** The inputs at hand that excite a channel most. */
export interface MostExciting {
  /** The strongest first, each with its largest activation; inputs that leave the channel silent are none of them. */
  readonly inputs: readonly (AtHand & { readonly peak: number })[];
  readonly looked: number;
  readonly all: number;
  readonly isCancelled: boolean;
}

export function mostExciting(state: ViewerState, channel: number): MostExciting {
  const { peaks, isCancelled } = present(state);
  const all = atHand(state);
  const inputs = all
    .map((each) => ({ ...each, peak: peaks.get(each.input.id)?.[channel] ?? 0 }))
    .filter(({ peak }) => peak > 0)
    .sort((a, b) => b.peak - a.peak)
    .slice(0, MOST_SHOWN);
  const looked = all.filter(({ input }) => peaks.has(input.id)).length;
  return { inputs, looked, all: all.length, isCancelled };
}
