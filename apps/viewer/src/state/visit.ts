import type { Fit } from '@ablation-cam/model';
import type { MethodName } from '@ablation-cam/xai';
import type { ExplainSettings } from '../protocol/calls.ts';
import type { ChosenModel, NormalizationName } from '../protocol/sources.ts';
import { erasingIn, erasureText } from './link-erasure.ts';
import { withModel, withNewRequest } from './new-request.ts';
import { inputCalled, remembered } from './reduce-shelf.ts';
import { builtInModels, defaultSettings, type ViewerState } from './state.ts';

/** What an entry of the history names: plain data, by ids. */
export interface Visit {
  readonly modelId: string;
  readonly inputId: string | null;
  /** Whether files of the user's are shown, which no link can hold. */
  readonly isOwn: boolean;
  readonly normalization: NormalizationName | null;
  readonly fit: Fit;
  readonly settings: ExplainSettings;
  readonly method: MethodName;
  readonly classIndex: number | null;
  readonly contrast: number | null;
  /** What is erased, as links hold it; null where that is too much. */
  readonly erased: string | null;
}

export function visitOf({
  model,
  input,
  normalization,
  fit,
  settings,
  display,
  erasing,
}: ViewerState): Visit {
  const { method, classIndex, contrast } = display;
  return {
    modelId: model.id,
    inputId: input?.id ?? null,
    isOwn: model.kind === 'files' || input?.kind === 'file',
    normalization,
    fit,
    settings,
    method,
    classIndex,
    contrast,
    erased: erasureText(erasing),
  };
}

/** Returns the state as it was at a visit; what was taken off the shelf since is missing, and that is said. */
export function revisited(state: ViewerState, visit: Visit): ViewerState {
  const { shelf } = remembered(state);
  const model = modelCalled({ ...state, shelf }, visit.modelId);
  const input = inputCalled({ shelf }, visit.inputId);
  if (!model || (visit.inputId !== null && input === null)) {
    return { ...state, notice: 'What was shown then is no longer on the shelf.' };
  }
  const { normalization, fit, settings, method, classIndex, contrast } = visit;
  const base = model.id === state.model.id ? withNewRequest(state) : withModel(state, model, input);
  return {
    ...base,
    shelf,
    input,
    normalization,
    fit,
    settings: { ...defaultSettings, ...settings },
    labels: shelf.views[model.id]?.labels ?? null,
    erasing: { ...erasingIn(visit.erased), isActive: state.erasing.isActive },
    display: { ...state.display, method, classIndex, contrast },
  };
}

function modelCalled({ shelf, model }: ViewerState, id: string): ChosenModel | null {
  const all = [...Object.values(builtInModels), ...shelf.models, model];
  return all.find((each) => each.id === id) ?? null;
}
