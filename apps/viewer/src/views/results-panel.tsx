import type { ResultOverview } from '../protocol/results.ts';
import { titleOf } from '../state/method-titles.ts';
import {
  classNameIn,
  filteredSamples,
  isWrong,
  pageOf,
  RESULTS_PAGE,
  type ResultFilter,
  type ResultOrder,
} from '../state/results.ts';
import type { ViewProps } from './app.tsx';
import { percent } from './format.ts';
import { Icon } from './icon.tsx';
import { ResultSampleView } from './result-sample.tsx';
import { ResultTileView } from './result-tile.tsx';
import { Choice } from './settings.tsx';

const ALL = 'all';
const ORDERS: readonly (readonly [ResultOrder, string])[] = [
  ['errors', 'errors first'],
  ['unsure', 'the least sure first'],
  ['sure', 'the surest first'],
  ['listed', 'as they are listed'],
];
const LEAST = [0, 0.5, 0.9, 0.99].map(
  (share) => [String(share), share === 0 ? 'any' : `${100 * share} % or more`] as const,
);

/** The explanations of a whole data set, a page at a time. */
export function ResultsPanel({ state, dispatch }: ViewProps) {
  const { results } = state;
  if (!results) return null;
  const { source, overview, filter } = results;
  const change = (changed: Partial<ResultFilter>): void => {
    dispatch({ kind: 'filter-results', filter: changed });
  };
  const close = (
    <button
      type="button"
      onClick={() => {
        dispatch({ kind: 'close-results' });
      }}
    >
      Close the result
    </button>
  );
  if (!overview) {
    return (
      <section class="card wall" aria-labelledby="results-title">
        <h2 id="results-title">{source.name}</h2>
        <p class="hint">Reading …</p>
        {close}
      </section>
    );
  }
  const found = filteredSamples(overview, filter);
  const page = pageOf(results);
  const tiles = new Map(results.tiles?.tiles.map((tile) => [tile.index, tile]));
  const first = filter.page * RESULTS_PAGE;
  return (
    <section class="card wall" aria-labelledby="results-title">
      <div class="controls">
        <h2 id="results-title">{source.name}</h2>
        <Filters overview={overview} filter={filter} onChange={change} />
        {close}
      </div>
      <p class="hint" aria-live="polite">
        {summaryOf(overview)} {found.length} match what is asked for; click one for its map and its weights.
      </p>
      {results.sample && filter.chosen !== null && results.sample.sample.index === filter.chosen && (
        <ResultSampleView
          overview={overview}
          method={filter.method}
          sample={results.sample.sample}
          colors={state.display.colorMap}
        />
      )}
      <ul class="tiles" aria-label="Samples of the result">
        {page.map((index) => (
          <ResultTileView
            key={index}
            overview={overview}
            index={index}
            tile={tiles.get(index) ?? null}
            isChosen={filter.chosen === index}
            colors={state.display.colorMap}
            onChoose={() => {
              change({ chosen: filter.chosen === index ? null : index });
            }}
          />
        ))}
      </ul>
      <div class="pager">
        <button
          type="button"
          disabled={filter.page === 0}
          onClick={() => {
            change({ page: filter.page - 1 });
          }}
        >
          <Icon name="previous" /> Previous
        </button>
        <span>{page.length === 0 ? 'none' : `${first + 1}–${first + page.length} of ${found.length}`}</span>
        <button
          type="button"
          disabled={first + RESULTS_PAGE >= found.length}
          onClick={() => {
            change({ page: filter.page + 1 });
          }}
        >
          Next <Icon name="next" />
        </button>
      </div>
    </section>
  );
}

interface FiltersProps {
  readonly overview: ResultOverview;
  readonly filter: ResultFilter;
  readonly onChange: (changed: Partial<ResultFilter>) => void;
}

function Filters({ overview, filter, onChange }: FiltersProps) {
  const { methods, labels, predicted, confidence } = overview;
  const classChoice = (
    label: string,
    chosen: number | null,
    values: Int32Array,
    name: 'predicted' | 'label',
  ) => (
    <Choice
      label={label}
      value={chosen === null ? ALL : String(chosen)}
      options={[
        [ALL, 'all classes'],
        ...[...new Set(values)]
          .filter((index) => index >= 0)
          .sort((a, b) => a - b)
          .map((index) => [String(index), classNameIn(overview, index)] as const),
      ]}
      onChange={(value) => {
        onChange({ [name]: value === ALL ? null : Number(value) });
      }}
    />
  );
  return (
    <>
      {methods.length > 1 && (
        <Choice
          label="Map by"
          value={filter.method}
          options={methods.map(({ name }) => [name, titleOf(name)] as const)}
          onChange={(method) => {
            onChange({ method });
          }}
        />
      )}
      {classChoice('Predicted', filter.predicted, predicted, 'predicted')}
      {labels.some((label) => label >= 0) && classChoice('In truth', filter.label, labels, 'label')}
      {confidence.some((share) => !Number.isNaN(share)) && (
        <Choice
          label="Confidence"
          value={String(filter.least)}
          options={LEAST}
          onChange={(least) => {
            onChange({ least: Number(least) });
          }}
        />
      )}
      <Choice
        label="Order"
        value={filter.order}
        options={ORDERS}
        onChange={(order) => {
          onChange({ order });
        }}
      />
    </>
  );
}

function summaryOf(overview: ResultOverview): string {
  const { states, labels } = overview;
  const explained = states.filter((each) => each === 1).length;
  const judged = Array.from(labels, (label, index) =>
    label >= 0 && states[index] === 1 ? [index] : [],
  ).flat();
  const right = judged.filter((index) => !isWrong(overview, index)).length;
  const part = explained < states.length ? ` of ${states.length}` : '';
  const truth =
    judged.length > 0 ? `; of those with a label, ${percent(right / judged.length)} are right` : '';
  return `${explained}${part} samples explained for the network ${overview.model}${truth}.`;
}
