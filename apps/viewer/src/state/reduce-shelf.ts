import type { Action } from './actions.ts';
import {
  classKey,
  emptyShelf,
  pictureOf,
  type ClassView,
  type NetworkView,
  type Shelf,
  type ShelfAction,
  type ShelvedInput,
} from './shelf.ts';
import { withModel } from './new-request.ts';
import { builtInModels, defaultSettings, sampleOf, type ViewerState } from './state.ts';
import type { BuiltInName, ChosenInput, ChosenModel } from '../protocol/sources.ts';

/** Returns the state with its shelf after an action of the shelf. */
export function reduceShelf(state: ViewerState, action: ShelfAction): ViewerState {
  const { shelf } = state;
  switch (action.kind) {
    case 'shelf-loaded':
      return { ...state, shelf: merged(action.shelf, shelf) };
    case 'keep-shelf':
      return { ...state, shelf: { ...shelf, keeping: action.keeping } };
    case 'take-off-shelf':
      return withoutModel({ ...state, shelf: without(shelf, action.id) }, action.id);
    case 'clear-shelf': {
      const ids = [...shelf.models.map(({ id }) => id), ...shelf.inputs.map(({ input }) => input.id)];
      return { ...state, shelf: { ...emptyShelf, keeping: shelf.keeping, dismissed: ids } };
    }
  }
}

/** What was dropped while the shelf was being read stays behind what was there before. */
function merged(kept: Pick<Shelf, 'models' | 'inputs' | 'views' | 'classes'>, now: Shelf): Shelf {
  return {
    ...now,
    models: [...kept.models, ...now.models],
    inputs: [...kept.inputs, ...now.inputs],
    views: { ...kept.views, ...now.views },
    classes: { ...kept.classes, ...now.classes },
    keeping: { status: 'kept' },
  };
}

function without(shelf: Shelf, id: string): Shelf {
  const isOther = ([key]: readonly [string, unknown]): boolean => !key.split('|').includes(id);
  return {
    ...shelf,
    models: shelf.models.filter((model) => model.id !== id),
    inputs: shelf.inputs.filter(({ input }) => input.id !== id),
    views: Object.fromEntries(Object.entries(shelf.views).filter(isOther)),
    classes: Object.fromEntries(Object.entries(shelf.classes).filter(isOther)),
    dismissed: [...shelf.dismissed, id],
    // There may be room again.
    keeping: shelf.keeping.status === 'full' ? { status: 'kept' } : shelf.keeping,
  };
}

/** A network that is taken off while it is looked at gives way to the first that comes along. */
function withoutModel(state: ViewerState, id: string): ViewerState {
  return state.model.id === id ? returnedTo(state, builtInModels.tissue) : state;
}

/** Returns the state after an action with what the action put on the shelf, or found there. */
export function withShelf(before: ViewerState, after: ViewerState, action: Action): ViewerState {
  if (action.kind === 'choose-model')
    return recallNetwork({ ...after, shelf: remembered(before).shelf }, action.input !== null);
  if (action.kind === 'choose-input') return recallClass({ ...after, shelf: remembered(before).shelf });
  if (action.kind === 'answered' && after !== before)
    return { ...after, shelf: withAnswered(after, action.slot) };
  return after;
}

/** Goes back to a network as it was left; one that was never looked at begins with its first sample, or waits for an input. */
export function returnedTo(state: ViewerState, model: ChosenModel): ViewerState {
  if (model.id === state.model.id) return state;
  const { shelf } = remembered(state);
  const input = model.kind === 'built-in' ? sampleOf(model.id, 0) : null;
  return recallNetwork(withModel({ ...state, shelf }, model, input), false);
}

/** @param hasInput whether the state's input was chosen together with the network */
function recallNetwork(state: ViewerState, hasInput: boolean): ViewerState {
  const { shelf, model } = state;
  const view = shelf.views[model.id];
  if (!view) return recallClass(state);
  const { inputId, normalization, fit, settings, method, labels } = view;
  const input = hasInput ? state.input : (inputCalled(state, inputId) ?? state.input);
  return recallClass({
    ...state,
    input,
    normalization,
    fit,
    // What an earlier version of the page kept may lack some.
    settings: { ...defaultSettings, ...settings },
    labels,
    display: { ...state.display, method },
  });
}

function recallClass(state: ViewerState): ViewerState {
  const { shelf, model, input } = state;
  const view = input && input.kind !== 'frame' ? shelf.classes[classKey(model.id, input.id)] : undefined;
  return view ? { ...state, display: { ...state.display, ...view } } : state;
}

function isBuiltIn(name: string): name is BuiltInName {
  return Object.hasOwn(builtInModels, name);
}

/** The input of an id: a sample of a built-in network, or what is on the shelf. */
export function inputCalled({ shelf }: Pick<ViewerState, 'shelf'>, id: string | null): ChosenInput | null {
  const [, name = '', index = ''] = /^(\w+):(\d+)$/.exec(id ?? '') ?? [];
  if (isBuiltIn(name)) return sampleOf(name, Number(index));
  return shelf.inputs.find(({ input }) => input.id === id)?.input ?? null;
}

/** Returns the state with what is looked at noted on its shelf, so that it can be left. */
export function remembered(state: ViewerState): ViewerState {
  const { model, input, normalization, fit, settings, display, labels, shelf } = state;
  // A tour looks at things by itself.
  if (input?.kind === 'frame' || state.tour !== null) return state;
  const view: NetworkView = {
    inputId: input?.id ?? null,
    normalization,
    fit,
    settings,
    method: display.method,
    labels,
  };
  const views = put(shelf.views, model.id, view);
  const { classIndex, contrast } = display;
  const looked: ClassView = { classIndex, contrast };
  const classes = input ? put(shelf.classes, classKey(model.id, input.id), looked) : shelf.classes;
  if (views === shelf.views && classes === shelf.classes) return state;
  return { ...state, shelf: { ...shelf, views, classes } };
}

/** The same record where it holds the same already. */
function put<T extends object>(
  record: Readonly<Record<string, T>>,
  key: string,
  value: T,
): Readonly<Record<string, T>> {
  const old = record[key];
  return old && JSON.stringify(old) === JSON.stringify(value) ? record : { ...record, [key]: value };
}

/** What opened and what was explained goes on the shelf: what is broken never does. */
function withAnswered({ shelf, model, input, explained }: ViewerState, slot: string): Shelf {
  const isNew = (id: string, there: readonly { readonly id: string }[]): boolean =>
    !shelf.dismissed.includes(id) && !there.some((other) => other.id === id);
  const models =
    slot === 'describe' && model.kind === 'files' && isNew(model.id, shelf.models)
      ? [...shelf.models, model]
      : shelf.models;
  const inputs = shelf.inputs.map((shelved) => shelved.input);
  const added: readonly ShelvedInput[] =
    slot === 'explain' && explained && input?.kind === 'file' && isNew(input.id, inputs)
      ? [{ input, picture: pictureOf(explained.result.input) }]
      : [];
  if (models === shelf.models && added.length === 0) return shelf;
  return { ...shelf, models, inputs: [...shelf.inputs, ...added] };
}
