import { watched, type Fault, type Watcher } from './points.ts';
import type { RunContext } from './scenario.ts';

/** The nth time that a run comes to a place. */
export interface Point {
  readonly site: string;
  readonly occurrence: number;
  /** What can happen there. */
  readonly faults: readonly Pick<Fault, 'name' | 'isDeath'>[];
}

/** A fault at a point; plain data, so that another process can be told of it. */
export interface Strike {
  readonly point: Pick<Point, 'site' | 'occurrence'>;
  readonly fault: Pick<Fault, 'name' | 'isDeath'>;
}

/** What became of a run. */
export type Outcome<Result> =
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'death' }
  | { readonly kind: 'hang' };

const never = new Promise<never>(() => undefined);

/** One run, followed from point to point; at one of them a fault may happen. */
export class FollowedRun implements Watcher, RunContext {
  readonly #controller = new AbortController();
  readonly #anytime: readonly Fault[];
  readonly #strike: Strike | null;
  readonly #occurrences = new Map<string, number>();
  readonly #died: Promise<void>;
  readonly #die: () => void;
  #isDead = false;
  /** What still goes on then is nobody's. */
  #isOver = false;
  /** Whether the fault has happened. */
  isStruck = false;
  readonly points: Point[] = [];
  /** Errors that the run must hand on as they are. */
  readonly abortReason = new Error('aborted on purpose');
  readonly callbackError = new Error('thrown on purpose by a callback');

  /** @param die ends the process where a fault is its death; without it, nothing of the run is heard of again */
  constructor(anytime: readonly Fault[], aborts: boolean, strike: Strike | null, die?: () => void) {
    this.#anytime = aborts ? [...anytime, this.#abort] : anytime;
    this.#strike = strike;
    let settle = (): void => undefined;
    this.#died = new Promise((resolve) => (settle = resolve));
    this.#die = die ?? settle;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @param limitMs after which the run counts as hanging */
  async outcome<Result>(
    run: (context: RunContext) => Promise<Result>,
    limitMs: number,
  ): Promise<Outcome<Result>> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<Outcome<Result>>((resolve) => {
      timer = setTimeout(resolve, limitMs, { kind: 'hang' });
    });
    const dead = this.#died.then((): Outcome<Result> => ({ kind: 'death' }));
    try {
      const done = watched(this, () => run(this)).then(
        (result): Outcome<Result> => ({ kind: 'result', result }),
        (error: unknown): Outcome<Result> => ({ kind: 'error', error }),
      );
      return await Promise.race([done, late, dead]);
    } finally {
      this.#isOver = true;
      clearTimeout(timer);
    }
  }

  readonly callback: RunContext['callback'] = (name, work) => {
    const thrown: Fault = {
      name: 'callback throws',
      instead: () => {
        throw this.callbackError;
      },
    };
    return (...args) =>
      this.calls(`callback ${name}`, [thrown], () => work(...args)) as ReturnType<typeof work>;
  };

  waits(site: string, call: () => unknown): unknown {
    return this.#reach(site, this.#anytime, call);
  }

  calls(site: string, faults: readonly Fault[], call: () => unknown): unknown {
    return faults.length === 0 ? call() : this.#reach(site, faults, call);
  }

  #reach(site: string, faults: readonly Fault[], call: () => unknown): unknown {
    // A process that is dead changes nothing any more; what it computes in vain cannot be told from outside, and gives back the
    // turns that it has.
    if (this.#isDead) return faults.some(({ isDeath }) => isDeath) ? never : call();
    if (this.#isOver) return call();
    const occurrence = (this.#occurrences.get(site) ?? 0) + 1;
    this.#occurrences.set(site, occurrence);
    const strike = this.#strike;
    if (!strike) this.points.push({ site, occurrence, faults: faults.map(plain) });
    if (strike?.point.site !== site || strike.point.occurrence !== occurrence) return call();
    const fault = faults.find(({ name }) => name === strike.fault.name);
    if (!fault) return call();
    this.isStruck = true;
    if (fault.isDeath !== true) return fault.instead(call);
    // What happens on the way to death may come to points itself.
    const end = (): void => {
      this.#isDead = true;
      this.#die();
    };
    Promise.resolve(fault.instead(call)).then(end, end);
    return never;
  }

  readonly #abort: Fault = {
    name: 'abort',
    instead: (call) => {
      this.#controller.abort(this.abortReason);
      return call();
    },
  };
}

function plain({ name, isDeath = false }: Fault): Strike['fault'] {
  return { name, isDeath };
}
