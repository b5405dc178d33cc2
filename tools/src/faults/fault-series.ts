import { FollowedRun, type Outcome, type Point, type Strike } from './follow.ts';
import { isTyped, type Census, type Scenario } from './scenario.ts';

/** Longer than any run of a scenario takes on a busy machine that puts it last, whatever happens to it. */
export const LIMIT_MS = 600_000;
/** For so long something may still end by itself. */
const GRACE_MS = 1000;
const LOOK_MS = 10;
const EQUAL_LOOKS = 2;
/** The clock as it is, whatever a scenario makes of it. */
export const now = performance.now.bind(performance);

/** Makes a strike in a process of its own, which it kills; tells whether it did. */
export type Kill = (strike: Strike) => Promise<boolean>;

/** What became of runs with a fault. */
export interface SeriesResults {
  /** Runs that gave the right result all the same. */
  readonly recovered: number;
  /** Runs that ended in an error of a known type, by its code, in an abort or in the caller's own error. */
  readonly refused: ReadonlyMap<string, number>;
  /** Runs whose process was killed, or that ended as if it had been. */
  readonly killed: number;
  /** Runs that did not come to the point again. */
  readonly missed: number;
  /** What should not be, with the faults and points after which it was. */
  readonly violations: ReadonlyMap<string, readonly string[]>;
}

/** The runs of a scenario, and what became of them. */
export class FaultSeries<Result> {
  readonly #scenario: Scenario<Result>;
  readonly #kill: Kill | undefined;
  #census: Census = {};
  #now = 'without a fault';
  #recovered = 0;
  #killedRuns = 0;
  #missed = 0;
  readonly #refused: string[] = [];
  readonly #violations = new Map<string, string[]>();
  hangs = 0;

  constructor(scenario: Scenario<Result>, kill: Kill | undefined) {
    this.#scenario = scenario;
    this.#kill = kill;
  }

  get results(): SeriesResults {
    return {
      recovered: this.#recovered,
      killed: this.#killedRuns,
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
    const isDead =
      strike.fault.isDeath && this.#kill ? await this.#killed(strike) : await this.#struck(strike);
    await this.#inspect(isDead);
    await this.#next();
    await this.#settle(isDead ? null : this.#census);
    this.#count(isDead);
  }

  /** Returns whether the run ended as if its process had been killed. */
  async #struck(strike: Strike): Promise<boolean> {
    const run = followed(this.#scenario, strike);
    const outcome = await run.outcome((context) => this.#scenario.run(context), LIMIT_MS);
    if (!run.isStruck) this.#missed++;
    this.#judge(outcome, run);
    return outcome.kind === 'death';
  }

  /** Returns whether the process that ran it was killed. */
  async #killed(strike: Strike): Promise<boolean> {
    const isDead = (await this.#kill?.(strike)) === true;
    if (isDead) this.#killedRuns++;
    else this.#missed++;
    return isDead;
  }

  #judge(outcome: Outcome<Result>, run: FollowedRun): void {
    if (outcome.kind === 'result') {
      if (this.#isRight(outcome.result, 'the result')) this.#recovered++;
    } else if (outcome.kind === 'death') this.#killedRuns++;
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
    const follow = followed(this.#scenario, null);
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

  /** Waits until no more is alive than there was; null: until what is alive stays so. */
  async #settle(expected: Census | null): Promise<void> {
    const until = now() + GRACE_MS;
    let before: Census = {};
    let equal = 0;
    const isSettled = (): boolean => {
      const counts = this.#scenario.census();
      equal = grown(before, counts).length === 0 ? equal + 1 : 0;
      before = counts;
      return expected ? grown(expected, counts).length === 0 : equal === EQUAL_LOOKS;
    };
    do await new Promise((resolve) => setTimeout(resolve, expected ? 0 : LOOK_MS));
    while (now() < until && !isSettled());
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

  async #whole(): Promise<readonly Point[]> {
    await this.#scenario.prepare?.();
    const run = followed(this.#scenario, null);
    const outcome = await run.outcome((context) => this.#scenario.run(context), LIMIT_MS);
    if (outcome.kind === 'error') throw outcome.error;
    if (outcome.kind !== 'result') throw new Error(`${this.#scenario.name} ends in a ${outcome.kind}.`);
    this.#scenario.check(outcome.result);
    return run.points;
  }
}

/** @param die ends this process where the strike is a death */
export function followed(
  { anytime = [], aborts = true }: Pick<Scenario<unknown>, 'anytime' | 'aborts'>,
  strike: Strike | null,
  die?: () => void,
): FollowedRun {
  return new FollowedRun(anytime, aborts, strike, die);
}

/** What there is more, or less, of. */
function grown(before: Census, now: Census): string[] {
  return Object.entries(now).flatMap(([name, count]) => {
    const more = count - (before[name] ?? 0);
    return more === 0 ? [] : [`${more > 0 ? '+' : ''}${more} ${name}`];
  });
}

export function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

export function described({ fault, point: { site, occurrence } }: Strike): string {
  return `${fault.name} at ${site} (${occurrence})`;
}

export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What threw it on purpose lies here.
  const [, ...frames] = (error.stack ?? '').split('\n    at ');
  const place = frames.find((frame) => !frame.includes('/tools/src/faults/')) ?? '';
  return `${error.name}: ${error.message} (${place.trim()})`;
}
