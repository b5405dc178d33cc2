import { wasmFolder } from '#platform';
import { allCases } from './cases/all-cases.ts';
import type { BenchCase } from './cases/case.ts';
import { endToEndCases } from './cases/end-to-end-cases.ts';
import type { EndToEndCase } from './end-to-end/end-to-end-case.ts';
import { measureCeilings } from './measure/ceilings.ts';
import { EFFORTS, within } from './measure/effort.ts';
import { environmentOf } from './measure/environment.ts';
import { measureCase, type CaseMeasurement, type MeasureOptions } from './measure/measure-case.ts';
import { TimeBudget } from './measure/time-budget.ts';
import { runEndToEnd } from './end-to-end/run-end-to-end.ts';
import { named } from './named.ts';
import { RESULTS_VERSION, type BenchRun, type CaseFacts, type Skipped } from './results/result.ts';
import { allStrategies } from './strategies/all-strategies.ts';
import type { BenchStrategy } from './strategies/strategy.ts';
import { ENGINES, type Engine } from './open-case/engine.ts';
import { openRuntime, type BenchRuntime } from './open-case/runtime.ts';
import { openCase, type OpenCase } from './open-case/open-case.ts';

/** What is asked of a run; plain data, so that it can be handed to a page. */
export interface BenchRequest {
  /**
   * Default: `quick` on a software adapter and without one, `full` on hardware. `end-to-end` has whole networks only, `full`
   * has those at its end that do not take minutes.
   */
  readonly set?: 'quick' | 'full' | 'end-to-end' | undefined;
  /** What whole networks are explained on. Default: TensorFlow.js's WASM backend, ONNX Runtime, and WebGPU on hardware. */
  readonly engines?: readonly Engine[] | undefined;
  /** Only cases whose names contain one of these. */
  readonly cases?: readonly string[] | undefined;
  /** Only strategies whose `name@executor` contains one of these. */
  readonly strategies?: readonly string[] | undefined;
  /** The most timed rounds of a strategy. */
  readonly rounds?: number | undefined;
  /** How long the run takes at most, about: a case that has begun ends. */
  readonly minutes?: number | undefined;
  readonly adapter?: 'auto' | 'hardware' | 'software' | undefined;
  /** The commit of the sources, where the caller knows it better. */
  readonly commit?: string | null | undefined;
}

export interface BenchHooks {
  readonly signal: AbortSignal;
  /** Told what is being done: case number `done` of `total`, and in words. */
  readonly onStep: (done: number, total: number, what: string) => void;
  /** Told all that was measured so far, after each case. */
  readonly onCase?: (run: BenchRun) => Promise<void>;
}

interface MeasuredCase {
  readonly facts: CaseFacts;
  readonly measurement: CaseMeasurement;
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
    const effort = within(EFFORTS[set], request.minutes ?? Infinity);
    const networks = chosenNetworks(set, request);
    const engines = request.engines ?? defaultEngines(runtime);
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
    const measured: MeasuredCase[] = [];
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
          hooks.onStep(index, cases.length + networks.length, `${benchCase.name}: ${what}`);
        },
      };
      try {
        measured.push(await measureOne(benchCase, strategies, runtime, options));
      } catch (error) {
        // What other cases took minutes for is not lost.
        const reason = error instanceof Error ? error.message : String(error);
        skipped.push({ case: benchCase.name, reason, isFailure: true });
      }
      await hooks.onCase?.(runOf({ environment, measured, skipped }));
    }
    const endToEnd = await runEndToEnd(
      { networks, engines, effort: { ...effort, rounds: request.rounds ?? effort.rounds } },
      runtime,
      start,
      hooks,
    );
    const run = runOf({ environment, measured, skipped });
    return {
      ...run,
      endToEnd: endToEnd.results,
      skipped: [...run.skipped, ...endToEnd.skipped],
    };
  } finally {
    runtime.dispose();
  }
}

/** What was measured of cases, as a run without whole networks. */
function runOf({
  environment,
  measured,
  skipped,
}: Pick<BenchRun, 'environment' | 'skipped'> & { readonly measured: readonly MeasuredCase[] }): BenchRun {
  return {
    version: RESULTS_VERSION,
    environment,
    cases: measured.map(({ facts }) => facts),
    results: measured.flatMap(({ measurement }) => measurement.results),
    untimed: measured.flatMap(({ measurement }) => measurement.untimed),
    preparation: measured.flatMap(({ measurement }) => measurement.preparation),
    endToEnd: [],
    dataSets: [],
    skipped: [...skipped],
  };
}

async function measureOne(
  benchCase: BenchCase,
  strategies: readonly BenchStrategy[],
  runtime: BenchRuntime,
  options: MeasureOptions,
): Promise<MeasuredCase> {
  options.onStep('building');
  const opened = await openCase(benchCase, runtime);
  try {
    const { strategies: names } = benchCase;
    const fitting = strategies.filter(
      (strategy) => (names?.includes(strategy.name) ?? true) && strategy.appliesTo(opened),
    );
    const measurement = await measureCase(opened, fitting, options);
    return { facts: factsOf(opened, measurement), measurement };
  } finally {
    opened.dispose();
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

type SetName = NonNullable<BenchRequest['set']>;

/** The cases of a set, or those named, of whichever set. */
function chosenCases(set: SetName, names: readonly string[] | undefined): readonly BenchCase[] {
  if (set === 'end-to-end') return [];
  if (names === undefined) return allCases.filter(({ sets }) => sets.includes(set));
  return named(allCases, names, ({ name }) => name, 'case');
}

/** The networks of a set; where cases or strategies are named, only if they are asked for. */
function chosenNetworks(set: SetName, { cases, strategies }: BenchRequest): readonly EndToEndCase[] {
  if (set === 'end-to-end') {
    return cases === undefined ? endToEndCases : named(endToEndCases, cases, ({ name }) => name, 'network');
  }
  const isWhole = set === 'full' && cases === undefined && strategies === undefined;
  return isWhole ? endToEndCases.filter(({ isLong }) => !isLong) : [];
}

function defaultEngines({ device }: BenchRuntime): readonly Engine[] {
  const isHardware = device?.adapter.software === false;
  return ENGINES.filter((engine) => engine !== 'webgpu' || isHardware);
}

function chosenStrategies(names: readonly string[] | undefined): readonly BenchStrategy[] {
  if (names === undefined) return allStrategies;
  return named(allStrategies, names, ({ name, executor }) => `${name}@${executor}`, 'strategy');
}
