import { seededRandom } from '../testing/seeded-random.ts';
import { FollowedRun, type Outcome, type Point, type Strike } from './follow.ts';
import { isTyped, type Census, type Scenario } from './scenario.ts';

/** Longer than any run of a scenario takes, whatever happens to it. */
const LIMIT_MS = 30_000;
/** For so long something may still end by itself. */
const GRACE_MS = 1000;
const LOOK_MS = 10;
/** The clock as it is, whatever a scenario makes of it. */
const now = performance.now.bind(performance);
/** After so many runs that hang, what follows says nothing more. */
const MOST_HANGS = 3;

export interface FaultOptions {
  /** Only some strikes, drawn at random by a seed; all of them where it is left out. */
  readonly sample?: { readonly strikes: number; readonly seed: number };
  /** Only faults in whose description, "FAULT at PLACE (TIME)", this is. */
  readonly at?: string;
  readonly onDone?: (done: number, all: number) => void;
}

/** What was done, and how it ended. */
export interface FaultReport {
  readonly name: string;
  /** Times that a run without faults waits or calls what is not its own. */
  readonly points: number;
  /** Places in the sources, and functions called, at which that is. */
  readonly sites: number;
  /** Runs with a fault, by the fault's name. */
  readonly strikes: ReadonlyMap<string, number>;
  /** Runs that gave the right result all the same. */
  readonly recovered: number;
  /** Runs that ended in an error of a known type, by its code, in an abort or in the caller's own error. */
  readonly refused: ReadonlyMap<string, number>;
  /** Runs that ended as if their process had been killed. */
  readonly killed: number;
  /** Runs that did not come to the point again. */
  readonly missed: number;
  /** What should not be, with the faults and points after which it was. */
  readonly violations: ReadonlyMap<string, readonly string[]>;
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
  { sample, at = '', onDone }: FaultOptions = {},
): Promise<FaultReport> {
  const started = now();
  const series = new FaultSeries(scenario);
  const unhandled = (reason: unknown): void => {
    series.complain(`a rejection was not handled: ${errorText(reason)}`);
  };
  process.on('unhandledRejection', unhandled);
  try {
    const points = await series.begin();
    const possible = strikesOf(points, scenario.oncePerSite === true);
    const strikes = chosen(
      possible.filter((strike) => described(strike).includes(at)),
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
      strikes: counted(strikes.map(({ fault }) => fault)),
      ...series.results,
      elapsedMs: now() - started,
    };
  } finally {
    process.off('unhandledRejection', unhandled);
  }
}

/** The runs of a scenario, and what became of them. */
class FaultSeries<Result> {
  readonly #scenario: Scenario<Result>;
  #census: Census = {};
  #now = 'without a fault';
  #recovered = 0;
  #killed = 0;
  #missed = 0;
  readonly #refused: string[] = [];
  readonly #violations = new Map<string, string[]>();
  hangs = 0;

  constructor(scenario: Scenario<Result>) {
    this.#scenario = scenario;
  }

  get results(): Pick<FaultReport, 'recovered' | 'killed' | 'missed' | 'refused' | 'violations'> {
    return {
      recovered: this.#recovered,
      killed: this.#killed,
      missed: this.#missed,
      refused: counted(this.#refused),
      violations: this.#violations,
    };
  }

  complain(what: string): void {
    this.#violations.set(what, [...(this.#violations.get(what) ?? []), this.#now]);
  }

  /** Runs without a fault, until everything that is made once is made. */
  async begin(): Promise<readonly Point[]> {
    await this.#whole();
    await this.#whole();
    // What a census frees may end a moment later.
    this.#scenario.census();
    await this.#settle(null);
    this.#census = this.#scenario.census();
    return this.#whole();
  }

  async strike(strike: Strike): Promise<void> {
    const scenario = this.#scenario;
    this.#now = described(strike);
    await scenario.prepare?.();
    const run = this.#follow(strike);
    const outcome = await run.outcome((context) => scenario.run(context), LIMIT_MS);
    if (!run.isStruck) this.#missed++;
    this.#judge(outcome, run);
    const isDead = outcome.kind === 'death';
    await this.#inspect(isDead);
    await this.#next();
    await this.#settle(isDead ? null : this.#census);
    this.#count(isDead);
  }

  #judge(outcome: Outcome<Result>, run: FollowedRun): void {
    if (outcome.kind === 'result') {
      if (this.#isRight(outcome.result, 'the result')) this.#recovered++;
    } else if (outcome.kind === 'death') this.#killed++;
    else if (outcome.kind === 'hang') {
      this.hangs++;
      this.complain(`no answer within ${LIMIT_MS / 1000} s`);
    } else if (outcome.error === run.abortReason) this.#refused.push('aborted');
    else if (outcome.error === run.callbackError) this.#refused.push("the caller's own error");
    else if (isTyped(outcome.error)) this.#refused.push(outcome.error.code ?? outcome.error.name);
    else this.complain(`an error without a type: ${errorText(outcome.error)}`);
  }

  async #inspect(isDead: boolean): Promise<void> {
    try {
      await this.#scenario.left?.(isDead);
    } catch (error) {
      this.complain(`left behind: ${errorText(error)}`);
    }
  }

  async #next(): Promise<void> {
    const { run, next = run } = this.#scenario;
    const follow = this.#follow(null);
    const outcome = await follow.outcome((context) => next(context), LIMIT_MS);
    if (outcome.kind === 'result') this.#isRight(outcome.result, 'the result of the next call');
    else if (outcome.kind === 'hang') {
      this.hangs++;
      this.complain('the next call hangs');
    } else if (outcome.kind === 'error') this.complain(`the next call fails: ${errorText(outcome.error)}`);
  }

  #isRight(result: Result, what: string): boolean {
    try {
      this.#scenario.check(result);
      return true;
    } catch (error) {
      this.complain(`${what} is wrong: ${errorText(error)}`);
      return false;
    }
  }

  /** Waits until no more is alive than there was. */
  async #settle(expected: Census | null): Promise<void> {
    const until = now() + (expected ? GRACE_MS : 3 * LOOK_MS);
    do await new Promise((resolve) => setTimeout(resolve, expected ? 0 : LOOK_MS));
    while (now() < until && (!expected || grown(expected, this.#scenario.census()).length > 0));
  }

  #count(isDead: boolean): void {
    const counts = this.#scenario.census();
    const more = grown(this.#census, counts);
    // With a process goes what it had.
    if (!isDead && more.length > 0) {
      this.#now += `: ${more.join(', ')}`;
      this.complain('left alive');
    }
    // What one fault leaves is not counted against the next.
    this.#census = counts;
  }

  #follow(strike: Strike | null): FollowedRun {
    const { anytime = [], aborts = true } = this.#scenario;
    return new FollowedRun(anytime, aborts, strike);
  }

  async #whole(): Promise<readonly Point[]> {
    await this.#scenario.prepare?.();
    const run = this.#follow(null);
    const outcome = await run.outcome((context) => this.#scenario.run(context), LIMIT_MS);
    if (outcome.kind === 'error') throw outcome.error;
    if (outcome.kind !== 'result') throw new Error(`${this.#scenario.name} ends in a ${outcome.kind}.`);
    this.#scenario.check(outcome.result);
    return run.points;
  }
}

function strikesOf(points: readonly Point[], oncePerSite: boolean): Strike[] {
  const seen = new Set<string>();
  return points.flatMap((point) =>
    point.faults.flatMap((fault) => {
      const key = `${point.site} ${fault}`;
      if (oncePerSite && seen.has(key)) return [];
      seen.add(key);
      return [{ point, fault }];
    }),
  );
}

function chosen(strikes: readonly Strike[], sample: FaultOptions['sample']): readonly Strike[] {
  if (!sample || sample.strikes >= strikes.length) return strikes;
  const random = seededRandom(sample.seed);
  const left = [...strikes];
  return Array.from({ length: sample.strikes }, () =>
    left.splice(random.integer(0, left.length - 1), 1),
  ).flat();
}

/** What there is more, or less, of. */
function grown(before: Census, now: Census): string[] {
  return Object.entries(now).flatMap(([name, count]) => {
    const more = count - (before[name] ?? 0);
    return more === 0 ? [] : [`${more > 0 ? '+' : ''}${more} ${name}`];
  });
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function described({ fault, point: { site, occurrence } }: Strike): string {
  return `${fault} at ${site} (${occurrence})`;
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What threw it on purpose lies here.
  const [, ...frames] = (error.stack ?? '').split('\n    at ');
  const place = frames.find((frame) => !frame.includes('/tools/src/faults/')) ?? '';
  return `${error.name}: ${error.message} (${place.trim()})`;
}
