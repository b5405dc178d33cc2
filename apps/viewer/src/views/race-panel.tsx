import { useState } from 'preact/hooks';
import type { RaceResult } from '../protocol/descriptions.ts';
import { jobOf } from '../state/selectors.ts';
import { isExplained } from '../state/wanted-calls.ts';
import type { ViewProps } from './app.tsx';
import { duration, kilobytes, large, magnitude } from './format.ts';
import { useNow } from './use-now.ts';

/** One channel at a time against the plan. */
export function RacePanel({ state, dispatch }: ViewProps) {
  const run = state.explained?.result.run;
  const { race } = state;
  if (!run) return <p class="hint">The race can start after the first explanation.</p>;
  const isRunning = race.status === 'running';
  return (
    <div class="race">
      <p class="hint">
        One by one, the usual way, runs the network once for each of the {run.channels} channels of{' '}
        <b>{run.layers.join()}</b>. All together, the way of this project, takes a number of steps that does
        not grow with the channels, and gets the same numbers. Both run on your machine, now.
      </p>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={isRunning || !isExplained(state)}
          onClick={() => {
            dispatch({ kind: 'start-race' });
          }}
        >
          {race.status === 'finished' ? 'Race again' : 'Start the race'}
        </button>
        <button
          type="button"
          disabled={!isRunning}
          onClick={() => {
            dispatch({ kind: 'cancel-job', slot: 'race' });
          }}
        >
          Cancel
        </button>
      </div>
      <div aria-live="polite">
        {race.status === 'idle' && (
          <Sides
            sides={[
              { title: 'all together', ms: null },
              { title: `one by one, ${run.channels ?? 0} passes`, ms: null },
            ]}
          />
        )}
        {race.status === 'running' && (
          <Running done={jobOf(state, 'race')?.done ?? 0} channels={run.channels ?? 0} />
        )}
        {race.status === 'cancelled' && <p>The race was cancelled.</p>}
        {race.status === 'finished' && <Finished result={race.result} />}
      </div>
    </div>
  );
}

function Running({ done, channels }: { done: number; channels: number }) {
  const [start] = useState(() => performance.now());
  const elapsed = useNow(100) - start;
  return (
    <div class="running">
      <label>
        One by one: channel {Math.round(done * channels)} of {channels}, {duration(elapsed)}
        <progress value={done} max={1} />
      </label>
    </div>
  );
}

function Finished({ result }: { result: RaceResult }) {
  const { planned, naive, plan, largestDifference, executor, backend } = result;
  const sides = [
    { title: 'all together', ms: planned.totalMs, class: 'bar predicted' },
    { title: `one by one, ${naive.passes} passes`, ms: naive.totalMs, class: 'bar' },
  ];
  const on = executor === 'tfjs' ? backend : `${executor}, for the race`;
  const ratio = naive.ablationMs / planned.ablationMs;
  return (
    <>
      <Sides sides={sides} />
      <dl class="facts">
        <dt>The bars</dt>
        <dd>The whole explanation, from the input to the map</dd>
        <dt>Only switching the channels off</dt>
        <dd>
          All together {duration(planned.ablationMs)} on {on}, one by one {duration(naive.ablationMs)} on{' '}
          {backend}:{' '}
          {ratio >= 1 ? `${ratio.toFixed(1)} times as fast` : `${(1 / ratio).toFixed(1)} times as slow`}
        </dd>
        <dt>Largest difference of a weight</dt>
        <dd>{magnitude(largestDifference)} of the largest</dd>
        {planned.dispatches > 0 && (
          <>
            <dt>GPU dispatches</dt>
            <dd>
              {planned.dispatches} for all {naive.passes} channels
            </dd>
          </>
        )}
        <dt>The plan</dt>
        <dd>
          {large(plan.operations)} multiply-adds, {plan.loopRatio.toFixed(1)} times fewer than a loop over
          what follows the layer; {kilobytes(plan.runBytes)} of memory
          {plan.fallback.length > 0 && `; a channel at a time: ${plan.fallback.join(', ')}`}
        </dd>
      </dl>
    </>
  );
}

interface RaceSide {
  readonly title: string;
  /** Null before the race. */
  readonly ms: number | null;
  readonly class?: string;
}

/** How long each side took, beside the slower one. */
function Sides({ sides }: { readonly sides: readonly RaceSide[] }) {
  const slowest = Math.max(...sides.map(({ ms }) => ms ?? 0));
  return (
    <div class="sides">
      {sides.map(({ title, ms, class: className }) => (
        <div class="side" key={title}>
          <span>{title}</span>
          <span class="track">
            {ms !== null && <span class={className} style={{ width: `${(100 * ms) / slowest}%` }} />}
          </span>
          <span class="score">{ms === null ? 'not yet' : duration(ms)}</span>
        </div>
      ))}
    </div>
  );
}
