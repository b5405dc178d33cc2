import type { Explained, MethodMetrics } from '../protocol/descriptions.ts';
import { classNameOf, metricsOf, shownMap } from '../state/selectors.ts';
import { smallMap } from '../state/stage-map.ts';
import { fractions, type ViewerState } from '../state/state.ts';
import { wholePercent } from '../state/whole-percent.ts';
import type { ViewProps } from './app.tsx';
import { duration, percent, probability } from './format.ts';
import { InputWithMap } from './input-with-map.tsx';
import { KeptInput } from './kept-input.tsx';
import { methodTitles } from '../state/method-titles.ts';
import { Choice } from './settings.tsx';

const FRACTIONS = fractions.map((share) => [String(share), wholePercent(share)] as const);
const BLANKS = [
  ['mean', 'the mean'],
  ['zero', 'zero'],
] as const;

/** Methods side by side on the same input and class, and how well each map stands a test. */
export function MethodsPanel({ state, dispatch }: ViewProps) {
  const explained = state.explained?.result;
  const map = shownMap(state);
  if (!explained || !map) return <p class="hint">The methods can start after the first explanation.</p>;
  const metrics = metricsOf(state);
  const name = classNameOf(state, map.classIndex);
  const hasTruth = explained.input.mask !== null;
  return (
    <div class="methods">
      <div class="controls">
        <p class="hint">
          What speaks for {name}, by several methods: left the map, right the test. It keeps only the
          brightest part of the input, blanks the rest, and asks the network again. A faithful map loses
          little (small drop){hasTruth && ', and its peak hits the true region'}.
        </p>
        <Choice
          label="Blank with"
          value={state.blank}
          options={BLANKS}
          onChange={(blank) => {
            dispatch({ kind: 'choose-blank', blank });
          }}
        />
        <Choice
          label="Keep"
          value={String(state.fraction)}
          options={FRACTIONS}
          onChange={(fraction) => {
            dispatch({ kind: 'choose-fraction', fraction: Number(fraction) });
          }}
        />
      </div>
      {metrics ? (
        <ul class="method-grid" aria-label="Methods">
          {metrics.map((method) => (
            <li key={method.method}>
              <MethodCard
                state={state}
                dispatch={dispatch}
                explained={explained}
                metrics={method}
                name={name}
              />
            </li>
          ))}
        </ul>
      ) : (
        <p class="hint">Explaining with every method …</p>
      )}
    </div>
  );
}

interface MethodCardProps extends ViewProps {
  readonly explained: Explained;
  readonly metrics: MethodMetrics;
  /** Of the class. */
  readonly name: string;
}

function MethodCard({ state, dispatch, explained, metrics, name }: MethodCardProps) {
  const title = methodTitles[metrics.method];
  if (metrics.kind === 'failed') {
    return (
      <div class="method-card">
        <h3>{title}</h3>
        <p class="warning">{metrics.message}</p>
      </div>
    );
  }
  const { faithfulness, localization, kept, totalMs } = metrics;
  const isShare = explained.run.score === 'probability';
  const score = (value: number): string => (isShare ? probability(value) : value.toFixed(2));
  return (
    <div class={state.display.method === metrics.method ? 'method-card shown' : 'method-card'}>
      <h3>
        {title} <span class="score">at best {duration(totalMs)}</span>
      </h3>
      <div class="pair">
        <InputWithMap
          input={explained.input}
          heatmap={smallMap(explained, metrics.map)}
          colors={state.display.colorMap}
          label={`Map of ${title}`}
        />
        <KeptInput
          input={explained.input}
          kept={kept}
          blank={state.blank}
          label={`What is kept by ${title}`}
        />
      </div>
      <dl class="facts">
        <dt>Score of {name}</dt>
        <dd>
          {score(faithfulness.score)} to {score(faithfulness.maskedScore)}
        </dd>
        <dt>Drop</dt>
        <dd>
          {percent(faithfulness.drop)}
          {faithfulness.increase === 1 && ' (the score rose)'}
        </dd>
        {localization && (
          <>
            <dt>True region</dt>
            <dd>
              {localization.hit === 1 ? 'hit' : 'missed'}, {percent(localization.energy)} inside
            </dd>
          </>
        )}
      </dl>
      <ShowButton state={state} dispatch={dispatch} method={metrics.method} title={title} />
    </div>
  );
}

function ShowButton({
  state,
  dispatch,
  method,
  title,
}: ViewProps & { method: ViewerState['display']['method']; title: string }) {
  const isShown = state.display.method === method;
  return (
    <button
      type="button"
      aria-pressed={isShown}
      onClick={() => {
        dispatch({ kind: 'change-display', display: { method } });
      }}
    >
      {isShown ? `${title} is shown above` : `Show ${title}`}
    </button>
  );
}
