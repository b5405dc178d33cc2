import type { ResultOverview, ResultSample, ResultSource, ResultTile } from '../protocol/results.ts';

export const RESULT_ORDERS = ['errors', 'unsure', 'sure', 'listed'] as const;
export type ResultOrder = (typeof RESULT_ORDERS)[number];

/** Which samples of a result are shown, and how. */
export interface ResultFilter {
  readonly method: string;
  /** Null for all classes. */
  readonly predicted: number | null;
  readonly label: number | null;
  readonly order: ResultOrder;
  /** Samples whose confidence is less are left out, 0 to 1. */
  readonly least: number;
  readonly page: number;
  /** The sample that is looked at. */
  readonly chosen: number | null;
}

/** Whether the scores of a method's samples are probabilities, of their first target: neither logits nor differences. */
export function explainsProbability({ methods }: ResultOverview, method: string): boolean {
  const [target = ''] = methods.find(({ name }) => name === method)?.targets ?? [];
  return /^probability of (?!.* less )/.test(target);
}

/** A result of `explain-set` that is open. */
export interface Results {
  readonly source: ResultSource;
  /** Null while it is being opened. */
  readonly overview: ResultOverview | null;
  readonly filter: ResultFilter;
  readonly tiles: { readonly key: string; readonly tiles: readonly ResultTile[] } | null;
  readonly sample: { readonly key: string; readonly sample: ResultSample } | null;
}

export type ResultsAction =
  | { readonly kind: 'open-results'; readonly source: ResultSource }
  | { readonly kind: 'filter-results'; readonly filter: Partial<ResultFilter> }
  | { readonly kind: 'close-results' };

export const RESULTS_PAGE = 24;

export const wholeResult: ResultFilter = {
  method: '',
  predicted: null,
  label: null,
  order: 'errors',
  least: 0,
  page: 0,
  chosen: null,
};

/** What a class of a result is called. */
export function classNameIn({ classNames }: ResultOverview, index: number): string {
  return classNames[index] ?? `class ${index}`;
}

/** Whether the network said something else than the label. */
export function isWrong({ labels, predicted }: ResultOverview, index: number): boolean {
  return (labels[index] ?? -1) >= 0 && labels[index] !== predicted[index];
}

let last: {
  readonly overview: ResultOverview;
  readonly key: string;
  readonly found: readonly number[];
} | null = null;

/** Returns the samples that pass a filter, in its order; the same list for the same question. */
export function filteredSamples(
  overview: ResultOverview,
  { predicted, label, order, least }: ResultFilter,
): readonly number[] {
  const key = JSON.stringify([predicted, label, order, least]);
  if (last?.overview === overview && last.key === key) return last.found;
  const found = ordered(
    overview,
    Array.from(overview.states, (_, index) => index).filter(
      (index) =>
        overview.states[index] === 1 &&
        (predicted === null || overview.predicted[index] === predicted) &&
        (label === null || overview.labels[index] === label) &&
        !((overview.confidence[index] ?? NaN) < least),
    ),
    order,
  );
  last = { overview, key, found };
  return found;
}

function ordered(overview: ResultOverview, found: number[], order: ResultOrder): readonly number[] {
  const sure = (index: number): number => {
    const share = overview.confidence[index] ?? NaN;
    return Number.isNaN(share) ? 0 : share;
  };
  const bySurest = (a: number, b: number): number => sure(b) - sure(a);
  switch (order) {
    case 'listed':
      return found;
    case 'sure':
      return found.sort(bySurest);
    case 'unsure':
      return found.sort((a, b) => sure(a) - sure(b));
    case 'errors': {
      const wrong = found.filter((index) => isWrong(overview, index)).sort(bySurest);
      return [...wrong, ...found.filter((index) => !isWrong(overview, index))];
    }
  }
}

/** The samples of the page that is shown. */
export function pageOf({ overview, filter }: Results): readonly number[] {
  const first = filter.page * RESULTS_PAGE;
  return overview ? filteredSamples(overview, filter).slice(first, first + RESULTS_PAGE) : [];
}
