import { wasmFolder } from '#platform';
import { allCases } from './cases/all-cases.ts';
import type { BenchCase } from './cases/case.ts';
import { BenchError } from './errors.ts';
import { measureCeilings } from './measure/ceilings.ts';
import { EFFORTS } from './measure/effort.ts';
import { environmentOf } from './measure/environment.ts';
import { measureCase, type CaseMeasurement, type MeasureOptions } from './measure/measure-case.ts';
import { TimeBudget } from './measure/time-budget.ts';
import type { BenchRun, CaseFacts, Skipped } from './results/result.ts';
import { allStrategies } from './strategies/all-strategies.ts';
import type { Strategy } from './strategies/strategy.ts';
import { openRuntime, type Runtime } from './subject/runtime.ts';
import { openCase, type OpenCase } from './subject/open-case.ts';

/** What is asked of a run; plain data, so that it can be handed to a page. */
export interface BenchRequest {
  /** Default: `quick` on a software adapter and without one, `full` on hardware. */
  readonly set?: 'quick' | 'full' | undefined;
  /** Only cases whose names contain one of these. */
  readonly cases?: readonly string[] | undefined;
  /** Only strategies whose `name@executor` contains one of these. */
  readonly strategies?: readonly string[] | undefined;
  /** The most timed rounds of a strategy. */
  readonly rounds?: number | undefined;
  readonly adapter?: 'auto' | 'hardware' | 'software' | undefined;
  /** The commit of the sources, where the caller knows it better. */
  readonly commit?: string | null | undefined;
}

export interface BenchHooks {
  readonly signal: AbortSignal;
  /** Told what is being done: case number `done` of `total`, and in words. */
  readonly onStep: (done: number, total: number, what: string) => void;
}

/**
 * Measures cases one after the other and returns what there is; an abort leaves out the rest.
 *
 * @throws BenchError `invalid-option` where a name fits no case or strategy
 */
export async function runBench(request: BenchRequest, hooks: BenchHooks): Promise<BenchRun> {
  const strategies = chosenStrategies(request.strategies);
  const runtime = await openRuntime({ adapter: request.adapter ?? 'auto', wasmPath: wasmFolder() });
  try {
    const set = request.set ?? (runtime.device?.adapter.software === false ? 'full' : 'quick');
    const cases = chosenCases(set, request.cases);
    const effort = EFFORTS[set];
    const ceilings = runtime.device ? await measureCeilings(runtime.device) : null;
    const isSelection = request.cases !== undefined || request.strategies !== undefined;
    const environment = environmentOf(
      runtime,
      isSelection ? 'selected' : set,
      ceilings,
      request.commit ?? null,
    );
    const skipped: Skipped[] = [];
    const start = performance.now();
    const weights = cases.map(({ weight = 1 }) => weight);
    const budget = new TimeBudget(start, effort.totalMs, weights);
    const measured: { facts: CaseFacts; measurement: CaseMeasurement }[] = [];
    for (const [index, benchCase] of cases.entries()) {
      // What a case needs before its first round is not known; the limit is kept by leaving cases out.
      if (hooks.signal.aborted || performance.now() > start + effort.limitMs) {
        skipped.push({ case: benchCase.name, reason: 'no time was left', isFailure: false });
        continue;
      }
      const end = budget.endOf(index, performance.now());
      const options: MeasureOptions = {
        ...effort,
        rounds: request.rounds ?? effort.rounds,
        isQuick: set === 'quick',
        ceilings,
        end,
        signal: hooks.signal,
        onStep: (what) => {
          hooks.onStep(index, cases.length, `${benchCase.name}: ${what}`);
        },
      };
      try {
        measured.push(await measureOne(benchCase, strategies, runtime, options));
      } catch (error) {
        // What other cases took minutes for is not lost.
        const reason = error instanceof Error ? error.message : String(error);
        skipped.push({ case: benchCase.name, reason, isFailure: true });
      }
    }
    return {
      environment,
      cases: measured.map(({ facts }) => facts),
      results: measured.flatMap(({ measurement }) => measurement.results),
      untimed: measured.flatMap(({ measurement }) => measurement.untimed),
      preparation: measured.flatMap(({ measurement }) => measurement.preparation),
      skipped,
    };
  } finally {
    runtime.dispose();
  }
}

async function measureOne(
  benchCase: BenchCase,
  strategies: readonly Strategy[],
  runtime: Runtime,
  options: MeasureOptions,
): Promise<{ facts: CaseFacts; measurement: CaseMeasurement }> {
  options.onStep('building');
  const subject = await openCase(benchCase, runtime);
  try {
    const { strategies: names } = benchCase;
    const fitting = strategies.filter(
      (strategy) => (names?.includes(strategy.name) ?? true) && strategy.appliesTo(subject),
    );
    const measurement = await measureCase(subject, fitting, options);
    return { facts: factsOf(subject, measurement), measurement };
  } finally {
    subject.dispose();
  }
}

function factsOf(
  { benchCase, channels, classes, auto }: OpenCase,
  { probabilities }: CaseMeasurement,
): CaseFacts {
  const { name, title, sweep } = benchCase;
  return {
    name,
    title,
    channels,
    classes,
    predictions: [
      probabilities.reduce((least, p) => Math.min(least, p), 1),
      probabilities.reduce((most, p) => Math.max(most, p), 0),
    ],
    sweep: sweep ?? null,
    auto: { executor: auto.chosen, reason: auto.reason },
  };
}

/** The cases of a set, or those named, of whichever set. */
function chosenCases(set: 'quick' | 'full', names: readonly string[] | undefined): readonly BenchCase[] {
  if (names === undefined) return allCases.filter(({ sets }) => sets.includes(set));
  return named(allCases, names, ({ name }) => name, 'case');
}

function chosenStrategies(names: readonly string[] | undefined): readonly Strategy[] {
  if (names === undefined) return allStrategies;
  return named(allStrategies, names, ({ name, executor }) => `${name}@${executor}`, 'strategy');
}

/** What is called exactly so, otherwise what has the text in its name. */
function named<T>(
  all: readonly T[],
  names: readonly string[],
  nameOf: (item: T) => string,
  what: string,
): readonly T[] {
  const chosen = new Set(
    names.flatMap((name) => {
      const exact = all.filter((item) => nameOf(item) === name);
      const found = exact.length > 0 ? exact : all.filter((item) => nameOf(item).includes(name));
      if (found.length > 0) return found;
      const known = all.map(nameOf).join(', ');
      throw new BenchError('invalid-option', `There is no ${what} "${name}"; choose from ${known}.`);
    }),
  );
  return all.filter((item) => chosen.has(item));
}
