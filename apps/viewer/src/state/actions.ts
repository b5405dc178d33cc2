import type { Fit } from '@ablation-cam/model';
import type { CallResult } from '../protocol/calls.ts';
import type { ChosenInput, ChosenModel, NormalizationName } from '../protocol/sources.ts';
import type { Blank, ExplainSettings } from '../protocol/calls.ts';
import type { Visit } from './visit.ts';
import type { ResultsAction } from './results.ts';
import type { TourAction } from './tour.ts';
import type { WallAction } from './wall.ts';
import type { ShelfAction } from './shelf.ts';
import type { ErasingAction } from './erasing.ts';
import type { PinAction } from './pinned-view.ts';
import type { ChannelsView, Display, PanelName, SlotName, ViewerState } from './state.ts';

/** What a person does. */
export type UserAction =
  | ErasingAction
  | PinAction
  | TourAction
  | ResultsAction
  | { readonly kind: 'choose-model'; readonly model: ChosenModel; readonly input: ChosenInput | null }
  /** Back to a network as it was left. */
  | { readonly kind: 'return-to-model'; readonly model: ChosenModel }
  | { readonly kind: 'choose-input'; readonly input: ChosenInput }
  | WallAction
  | { readonly kind: 'choose-labels'; readonly id: string; readonly file: File }
  | { readonly kind: 'normalize'; readonly normalization: NormalizationName | null }
  | { readonly kind: 'fit-pictures'; readonly fit: Fit }
  | { readonly kind: 'change-settings'; readonly settings: Partial<ExplainSettings> }
  | { readonly kind: 'show-expert'; readonly isShown: boolean }
  | { readonly kind: 'change-display'; readonly display: Partial<Display> }
  | { readonly kind: 'open-panel'; readonly panel: PanelName }
  | { readonly kind: 'order-channels'; readonly order: ChannelsView['order'] }
  | { readonly kind: 'focus-channel'; readonly channel: number | null }
  | { readonly kind: 'toggle-channel'; readonly channel: number }
  | { readonly kind: 'restore-channels' }
  | { readonly kind: 'resume-exciting' }
  | { readonly kind: 'choose-fraction'; readonly fraction: number }
  | { readonly kind: 'choose-blank'; readonly blank: Blank }
  | { readonly kind: 'start-race' }
  | { readonly kind: 'cancel-job'; readonly slot: SlotName }
  | { readonly kind: 'page-gallery'; readonly first: number }
  | { readonly kind: 'dismiss-problem' };

/** What the worker answers to the call that a slot wants. */
export type Answer = {
  [N in SlotName]: {
    readonly kind: 'answered';
    readonly slot: N;
    readonly key: string;
    readonly result: CallResult<N>;
  };
}[SlotName];

export type WorkerAction =
  | Answer
  /** @param at in milliseconds of `performance.now` */
  | { readonly kind: 'started'; readonly slot: SlotName; readonly key: string; readonly at: number }
  | { readonly kind: 'progressed'; readonly slot: SlotName; readonly key: string; readonly done: number }
  | {
      readonly kind: 'failed';
      readonly slot: SlotName;
      readonly key: string;
      readonly message: string;
      /** Whether the input is to blame, and another one may do. */
      readonly isOfInput?: boolean;
    }
  | { readonly kind: 'lose-device' }
  | { readonly kind: 'replace-worker' };

export type Action =
  | UserAction
  | WorkerAction
  | ShelfAction
  /** Something outside of any call went wrong, such as a camera that is not allowed. */
  | { readonly kind: 'report'; readonly message: string }
  | { readonly kind: 'notify'; readonly message: string | null }
  /** An entry of the history that no link can hold. */
  | { readonly kind: 'revisit'; readonly visit: Visit }
  /** A link was opened. */
  | { readonly kind: 'restore'; readonly state: ViewerState };
