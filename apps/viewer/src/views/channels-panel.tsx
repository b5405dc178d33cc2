import { useEffect, useState } from 'preact/hooks';
import {
  CHANNELS_AT_A_TIME,
  channelEffects,
  channelMap,
  orderedChannels,
  shownChannels,
} from '../state/channels.ts';
import { classNameOf, featuresOf, maskedOf, predictedClass, shownMap } from '../state/selectors.ts';
import { isExplained } from '../state/wanted-calls.ts';
import type { ViewProps } from './app.tsx';
import { ChannelChart } from './channel-chart.tsx';
import { ExcitingInputs } from './exciting-inputs.tsx';
import { probability, rounded, signed } from './format.ts';
import { Icon } from './icon.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { Choice } from './settings.tsx';

const ORDERS = [
  ['weight', 'by weight'],
  ['index', 'by number'],
] as const;

/** The channels of the layer: how much each counts, where it responds, and what happens without it. */
export function ChannelsPanel({ state, dispatch }: ViewProps) {
  const explained = state.explained?.result;
  const map = shownMap(state);
  const layer = explained?.run.layers.join() ?? '';
  const [count, setCount] = useState(CHANNELS_AT_A_TIME);
  useEffect(() => {
    setCount(CHANNELS_AT_A_TIME);
  }, [layer]);
  if (!explained || !map) return <p class="hint">The channels come with the first explanation.</p>;
  const { order, off } = state.channels;
  const all = orderedChannels(map, order);
  const ordered = shownChannels(map, all, count, state.channels.focused);
  const focused = ordered.find((k) => k === state.channels.focused) ?? ordered[0] ?? 0;
  const name = classNameOf(state, map.classIndex);
  const isOff = off.includes(focused);
  const { contrast } = state.display;
  // The weights are those of the class, also where the stage holds it against another.
  const alone =
    contrast === null || contrast === map.classIndex
      ? ''
      : ` alone, not rather than ${classNameOf(state, contrast)}`;
  return (
    <div class="channels">
      <div class="channels-main">
        <div class="controls">
          <p class="hint">
            How much each of the {all.length} channels of <b>{layer}</b> counts for {name}
            {alone}. Point at a bar, or use the arrow keys; click it, or press space, to switch the channel
            off.
          </p>
          <Choice
            label="Order"
            value={order}
            options={ORDERS}
            onChange={(chosen) => {
              dispatch({ kind: 'order-channels', order: chosen });
            }}
          />
        </div>
        <ChannelChart
          weights={map.weights}
          ordered={ordered}
          off={off}
          focused={focused}
          onFocus={(channel) => {
            dispatch({ kind: 'focus-channel', channel });
          }}
          onToggle={(channel) => {
            if (isExplained(state)) dispatch({ kind: 'toggle-channel', channel });
          }}
        />
        <More shown={ordered.length} all={all.length} onCount={setCount} />
        <Moved state={state} dispatch={dispatch} />
      </div>
      <div class="channel">
        <h3>
          Channel {focused}
          <span class="score">weight {signed(map.weights[focused] ?? 0)}</span>
        </h3>
        <FocusedMap state={state} channel={focused} />
        <Effects state={state} channel={focused} />
        <button
          type="button"
          aria-pressed={isOff}
          onClick={() => {
            dispatch({ kind: 'toggle-channel', channel: focused });
          }}
        >
          {isOff ? 'Switch it on again' : 'Switch this channel off'}
        </button>
        <ExcitingInputs state={state} dispatch={dispatch} channel={focused} />
      </div>
    </div>
  );
}

interface MoreProps {
  readonly shown: number;
  readonly all: number;
  readonly onCount: (count: number) => void;
}

/** The way to the channels that are not shown yet. */
function More({ shown, all, onCount }: MoreProps) {
  const [hadMore, setHadMore] = useState(false);
  const isPart = shown < all;
  if (!isPart && !hadMore) return null;
  const show = (count: number): void => {
    setHadMore(true);
    onCount(count);
  };
  return (
    <div class="buttons more">
      <p class="hint" aria-live="polite">
        {isPart ? `The ${shown} of ${all} channels that count most.` : `All ${all} channels.`}
      </p>
      <button
        type="button"
        disabled={!isPart}
        onClick={() => {
          show(shown + CHANNELS_AT_A_TIME);
        }}
      >
        {CHANNELS_AT_A_TIME} more
      </button>
      <button
        type="button"
        onClick={() => {
          show(isPart ? all : CHANNELS_AT_A_TIME);
        }}
      >
        {isPart ? `All ${all}` : `The first ${CHANNELS_AT_A_TIME} alone`}
      </button>
    </div>
  );
}

/** So many channels that are off are named, more are counted. */
const MOST_NAMED = 8;
const AND = new Intl.ListFormat('en-US');

function offText(off: readonly number[]): string {
  if (off.length > MOST_NAMED) return `With ${off.length} channels off`;
  return `With ${off.length === 1 ? 'channel' : 'channels'} ${AND.format(off.map(String))} off`;
}

/** What the network says with some channels off. */
function Moved({ state, dispatch }: ViewProps) {
  const explained = state.explained?.result;
  const masked = maskedOf(state);
  const { off } = state.channels;
  if (!explained || off.length === 0) return null;
  const before = predictedClass(explained);
  const after = masked && predictedClass(masked);
  const share = (scores: Float32Array | null | undefined, c: number): string =>
    scores ? ` (${probability(scores[c] ?? 0)})` : '';
  return (
    <div class="moved" aria-live="polite">
      <p>
        {offText(off)}:{' '}
        {masked && after !== null ? (
          <strong>
            {classNameOf(state, before)}
            {share(explained.probabilities, before)} <Icon name="becomes" /> {classNameOf(state, after)}
            {share(masked.probabilities, after)}
          </strong>
        ) : (
          'computing …'
        )}
      </p>
      <button
        type="button"
        onClick={() => {
          dispatch({ kind: 'restore-channels' });
        }}
      >
        All on again
      </button>
    </div>
  );
}

function FocusedMap({ state, channel }: { state: ViewProps['state']; channel: number }) {
  const features = featuresOf(state);
  if (!features) return <div class="channel-map" />;
  const map = channelMap(features, channel);
  return (
    <figure class="channel-figure">
      <MapCanvas
        map={map}
        colors={state.display.colorMap}
        class={map.shape.length === 1 ? 'channel-map strip' : 'channel-map'}
        label={`Where channel ${channel} responds`}
      />
      <figcaption>
        {map.data.some((value) => value > 0) ? 'where it responds' : 'it is silent on this input'}
      </figcaption>
    </figure>
  );
}

/** So many classes are listed in their own order, more by how far they move. */
const MOST_IN_ORDER = 12;

/** How the score of each class moves without the channel. */
function Effects({ state, channel }: { state: ViewProps['state']; channel: number }) {
  const explained = state.explained?.result;
  if (!explained) return null;
  const effects = channelEffects(explained, channel);
  if (effects.length === 0) return null;
  const strongest = effects.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change));
  const reach = Math.abs(strongest[0]?.change ?? 0) || 1;
  const table = (
    <table class="effects">
      <caption>
        Without it, {explained.run.score === 'probability' ? 'the probability' : 'the logit'} moves by
      </caption>
      <tbody>
        {(effects.length > MOST_IN_ORDER ? strongest : effects).map(({ classIndex, change }) => (
          <tr key={classIndex}>
            <th scope="row">{classNameOf(state, classIndex)}</th>
            <td>
              <span class="diverging" aria-hidden="true">
                <span
                  class={change < 0 ? 'down' : 'up'}
                  style={{ width: `${(50 * Math.abs(change)) / reach}%` }}
                />
              </span>
            </td>
            <td class="number">{rounded(change, reach)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  if (effects.length <= MOST_IN_ORDER) return table;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="How each class moves">
      {table}
    </div>
  );
}
