import { onUnhandledRejection } from '#platform';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  counted,
  described,
  errorText,
  FaultSeries,
  followed,
  LIMIT_MS,
  now,
  type Kill,
  type SeriesResults,
} from './fault-series.ts';
import type { Point, Strike } from './follow.ts';
import type { Scenario } from './scenario.ts';

/** After so many runs that hang, what follows says nothing more. */
const MOST_HANGS = 3;

export interface FaultOptions {
  /** Only some strikes, drawn at random by a seed; all of them where it is left out. */
  readonly sample?: { readonly strikes: number; readonly seed: number };
  /** Only faults in whose description, "FAULT at PLACE (TIME)", this is. */
  readonly at?: string;
  /** Only every nth of these, from the ith on, counted from 0. */
  readonly part?: readonly [i: number, n: number];
  /**
   * How processes are killed. Without it a death is made up: nothing of the run is heard of again.
   */
  readonly kill?: Kill;
  /** Faults at places that scenarios before had; those of this one are added. */
  readonly known?: Set<string>;
  /** Each fault once at a place, however often a run comes there. */
  readonly oncePerSite?: boolean;
  readonly onDone?: (done: number, all: number) => void;
}

/** What was done, and how it ended. */
export interface FaultReport extends SeriesResults {
  readonly name: string;
  /** Times that a run without faults waits or calls what is not its own. */
  readonly points: number;
  /** Places in the sources, and functions called, at which that is. */
  readonly sites: number;
  /** Faults that were left out, since a scenario before had them at the same place. */
  readonly had: number;
  /** Runs with a fault, by the fault's name. */
  readonly strikes: ReadonlyMap<string, number>;
  readonly elapsedMs: number;
}

/**
 * Runs a scenario once and takes down every point at which it waits or calls what is not its own. Then runs it again for each
 * fault at each of these points, and looks at what follows: the run gives the right result or an error of a known type, the next
 * call gives the right result, and no more is alive than before.
 *
 * @throws what the scenario throws without a fault
 */
export async function failEveryPoint<Result>(
  scenario: Scenario<Result>,
  { sample, at = '', part: [i, n] = [0, 1], kill, known = new Set(), onDone, ...picked }: FaultOptions = {},
): Promise<FaultReport> {
  const started = now();
  const series = new FaultSeries(scenario, kill);
  const unhandled = (reason: unknown): void => {
    series.complain(`a rejection was not handled: ${errorText(reason)}`);
  };
  const stopListening = onUnhandledRejection(unhandled);
  try {
    const points = await series.begin();
    const { strikes: possible, had } = strikesOf(points, { ...scenario, ...picked }, known);
    const wanted = possible.filter((strike) => described(strike).includes(at));
    const strikes = chosen(
      wanted.filter((_, index) => index % n === i),
      sample,
    );
    for (const [index, strike] of strikes.entries()) {
      await series.strike(strike);
      onDone?.(index + 1, strikes.length);
      if (series.hangs >= MOST_HANGS) break;
    }
    return {
      name: scenario.name,
      points: points.length,
      sites: new Set(points.map(({ site }) => site)).size,
      had,
      strikes: counted(strikes.map(({ fault }) => fault.name)),
      ...series.results,
      elapsedMs: now() - started,
    };
  } finally {
    stopListening();
  }
}

/**
 * Makes a strike that is a death, and dies. Returns only where the run did not come to the point, or ended there otherwise.
 *
 * @param die ends this process
 */
export async function dieAt<Result>(
  scenario: Scenario<Result>,
  strike: Strike,
  die: () => void,
): Promise<void> {
  await scenario.prepare?.();
  await followed(scenario, strike, die).outcome((context) => scenario.run(context), LIMIT_MS);
}

function strikesOf(
  points: readonly Point[],
  { oncePerSite = false, onlyNew = false }: Pick<Scenario<unknown>, 'oncePerSite' | 'onlyNew'>,
  known: Set<string>,
): { readonly strikes: readonly Strike[]; readonly had: number } {
  const all = points.flatMap((point) =>
    point.faults.map((fault) => ({ key: `${point.site} ${fault.name}`, strike: { point, fault } })),
  );
  const others = onlyNew ? all.filter(({ key }) => !known.has(key)) : all;
  const seen = new Set<string>();
  const strikes = others.filter(({ key }) => {
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew || !oncePerSite;
  });
  for (const { key } of all) known.add(key);
  return { strikes: strikes.map(({ strike }) => strike), had: all.length - others.length };
}

function chosen(strikes: readonly Strike[], sample: FaultOptions['sample']): readonly Strike[] {
  if (!sample || sample.strikes >= strikes.length) return strikes;
  const random = seededRandom(sample.seed);
  const left = [...strikes];
  return Array.from({ length: sample.strikes }, () =>
    left.splice(random.integer(0, left.length - 1), 1),
  ).flat();
}
