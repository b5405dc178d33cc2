import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { featuresOf, classNameOf, maskedOf, predictedClass } from '../state/selectors.ts';
import { heaviestChannel } from '../state/reduce-tour.ts';
import { TOUR_STEPS, type TourStep } from '../state/tour.ts';
import type { ViewProps } from './app.tsx';
import { probability } from './format.ts';
import { TOUR_BUTTON } from './tour-button.tsx';
import { useStill } from './use-media.ts';

/** What each step is about, on the page. */
const PLACES: Readonly<Record<TourStep, string>> = {
  answer: '.classes',
  map: '.stage',
  channels: '.lower',
  off: '.classes',
  grow: '.stage',
  end: '.choose',
};

const TITLES: Readonly<Record<TourStep, string>> = {
  answer: 'The answer',
  map: 'The map',
  channels: 'The channels',
  off: 'One channel off',
  grow: 'The map grows',
  end: 'Your turn',
};

/** The tour: a card beside the page, which it points at and works like a person would. Esc ends it, arrow keys turn its pages. */
export function TourCard({ state, dispatch }: ViewProps) {
  const step = state.tour?.step ?? 'answer';
  const index = TOUR_STEPS.indexOf(step);
  const card = useRef<HTMLDivElement>(null);
  const turn = (by: 1 | -1): void => {
    dispatch({ kind: 'turn-tour', by });
  };
  const end = (): void => {
    dispatch({ kind: 'end-tour' });
  };
  useEffect(() => {
    const { current } = card;
    current?.querySelector<HTMLElement>('.primary')?.focus();
    return () => {
      // Back to where the tour was begun.
      if (current?.contains(document.activeElement)) document.getElementById(TOUR_BUTTON)?.focus();
    };
  }, []);
  useEffect(() => {
    const place = document.querySelector(PLACES[step]);
    place?.classList.add('toured');
    place?.scrollIntoView({ block: 'nearest' });
    return () => {
      place?.classList.remove('toured');
    };
  }, [step]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') end();
      const isInside = event.target instanceof Element && card.current?.contains(event.target);
      // The slider has these keys to itself.
      if (!isInside || event.target instanceof HTMLInputElement) return;
      if (event.key === 'ArrowRight') turn(1);
      if (event.key === 'ArrowLeft') turn(-1);
    };
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('keydown', press);
    };
  });
  return (
    <div class="tour" ref={card} role="dialog" aria-labelledby="tour-title" aria-describedby="tour-text">
      <h2 id="tour-title">
        {TITLES[step]}{' '}
        <span class="hint">
          ({index + 1} of {TOUR_STEPS.length})
        </span>
      </h2>
      <div id="tour-text" aria-live="polite">
        <Words state={state} step={step} />
      </div>
      {step === 'grow' && <Growing state={state} dispatch={dispatch} />}
      <div class="buttons">
        <button
          type="button"
          class="primary"
          onClick={() => {
            turn(1);
          }}
        >
          {step === 'end' ? 'Done' : 'Next'}
        </button>
        <button
          type="button"
          disabled={index === 0}
          onClick={() => {
            turn(-1);
          }}
        >
          Back
        </button>
        {step !== 'end' && (
          <button type="button" onClick={end}>
            End the tour
          </button>
        )}
      </div>
    </div>
  );
}

/** What a step says, in the numbers of what is shown. */
function Words({
  state,
  step,
}: {
  readonly state: ViewProps['state'];
  readonly step: TourStep;
}): ComponentChildren {
  const explained = state.explained?.result;
  if (!explained) return null;
  const predicted = predictedClass(explained);
  const name = classNameOf(state, predicted);
  const score = ({ probabilities, logits }: Pick<typeof explained, 'probabilities' | 'logits'>): string =>
    probabilities ? probability(probabilities[predicted] ?? 0) : (logits[predicted] ?? 0).toFixed(2);
  const heaviest = heaviestChannel(state) ?? 0;
  const masked = maskedOf(state);
  switch (step) {
    case 'answer':
      return (
        <p>
          The network looked at this input and says <b>{name}</b> ({score(explained)}). The bars show what it
          gives every class.
        </p>
      );
    case 'map':
      return (
        <p>
          But why? The map says where the reasons are: bright parts made it say <b>{name}</b>. Here is how it
          is made.
        </p>
      );
    case 'channels':
      return (
        <p>
          Inside, the network makes {explained.run.channels} small pictures of the input, its channels. Each
          bar is how much the answer rests on one of them; most on <b>channel {heaviest}</b>.
        </p>
      );
    case 'off':
      return masked ? (
        <p>
          Without channel {heaviest} the bar falls: {name} gets <b>{score(masked)}</b> instead of{' '}
          {score(explained)}. That fall, as a share of {score(explained)}, is the channel’s weight.
        </p>
      ) : (
        <p>Channel {heaviest} is being switched off …</p>
      );
    case 'grow':
      return (
        <p>
          All channels, the heaviest first, are added up by their weights: that is the map. Watch it grow.
        </p>
      );
    case 'end':
      return (
        <p>
          Point at a bar, switch channels off, choose another class, or drop a network and a picture of your
          own: they stay on this machine.
        </p>
      );
  }
}

/** How often a channel is added, and how many times as many there are then. */
const GROW_MS = 700;
const GROWTH = 1.6;

/** Adds channels to the map, by itself or, where nothing is to move by itself, by hand. */
function Growing({ state, dispatch }: ViewProps) {
  const isStill = useStill();
  const all = state.explained?.result.run.channels ?? 1;
  const grown = state.tour?.grown ?? 1;
  const isReady = featuresOf(state) !== null;
  useEffect(() => {
    if (isStill || !isReady || grown >= all) return;
    const timer = setTimeout(() => {
      dispatch({ kind: 'grow-map', channels: Math.min(all, Math.ceil(GROWTH * grown)) });
    }, GROW_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [isStill, isReady, grown, all, dispatch]);
  return (
    <label class="growing">
      <span>
        {grown} of {all} channels
      </span>
      <input
        type="range"
        min="1"
        max={all}
        value={grown}
        onInput={({ currentTarget }) => {
          dispatch({ kind: 'grow-map', channels: currentTarget.valueAsNumber });
        }}
      />
    </label>
  );
}
