import type { CallName, Params } from '../protocol/calls.ts';
import { pageOf, type Results } from './results.ts';

interface Wanted<N extends CallName> {
  readonly key: string;
  readonly params: Params<N>;
}

/** What an open result needs of the worker. */
export interface WantedResults {
  readonly openResult: Wanted<'openResult'> | null;
  readonly resultTiles: Wanted<'resultTiles'> | null;
  readonly resultSample: Wanted<'resultSample'> | null;
}

export function wantedResults(results: Results | null): WantedResults {
  const none = { openResult: null, resultTiles: null, resultSample: null };
  if (!results) return none;
  const { source, overview, filter } = results;
  if (!overview) return { ...none, openResult: { key: source.id, params: { source } } };
  const { method, chosen } = filter;
  const indices = pageOf(results);
  const tilesKey = [source.id, method, ...indices].join('|');
  const sampleKey = [source.id, method, chosen].join('|');
  return {
    openResult: null,
    resultTiles:
      indices.length > 0 && results.tiles?.key !== tilesKey
        ? { key: tilesKey, params: { source, method, indices } }
        : null,
    resultSample:
      chosen !== null && results.sample?.key !== sampleKey
        ? { key: sampleKey, params: { source, method, index: chosen } }
        : null,
  };
}
