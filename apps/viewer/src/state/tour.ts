import type { ChannelsView, Display, ViewerState } from './state.ts';

/** What is shown one after the other: the answer, its map, the channels, one of them off, the map growing channel by channel. */
export const TOUR_STEPS = ['answer', 'map', 'channels', 'off', 'grow', 'end'] as const;
export type TourStep = (typeof TOUR_STEPS)[number];

/** A guided tour over the page as it is. */
export interface Tour {
  readonly step: TourStep;
  /** How many channels, the heaviest first, are in the map on the stage; null for all of them. */
  readonly grown: number | null;
  /** What the tour changes, as it was before. */
  readonly before: {
    readonly display: Display;
    readonly panel: ViewerState['panel'];
    readonly channels: ChannelsView;
  };
}

export type TourAction =
  | { readonly kind: 'start-tour' }
  /** A page further or back; behind the last one the tour ends. */
  | { readonly kind: 'turn-tour'; readonly by: 1 | -1 }
  | { readonly kind: 'grow-map'; readonly channels: number }
  | { readonly kind: 'end-tour' };
