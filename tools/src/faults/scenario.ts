import type { Fault } from './points.ts';

/** What a run is given. */
export interface RunContext {
  /** Aborted where a fault is an abort. */
  readonly signal: AbortSignal;
  /** Returns a function to be handed to what runs: it may throw. */
  readonly callback: <A extends readonly unknown[], R>(
    name: string,
    work: (...args: A) => R,
  ) => (...args: A) => R;
}

/** How much of everything is alive, by name. */
export type Census = Readonly<Record<string, number>>;

/** Something that is done again and again, each time with another fault at another point. */
export interface Scenario<Result> {
  readonly name: string;
  /** What may happen whenever the run waits, besides an abort. */
  readonly anytime?: readonly Fault[];
  /** Whether an abort is one of them. Default: true. */
  readonly aborts?: boolean;
  /** Whether only a fault at a place and not each time a run comes there: for runs that come there again and again. */
  readonly oncePerSite?: boolean;
  /** Whether faults at places are left out that scenarios before had: for one that is another's with a little more. */
  readonly onlyNew?: boolean;
  /** Makes everything as it is before a run. */
  readonly prepare?: () => Promise<void> | void;
  readonly run: (context: RunContext) => Promise<Result>;
  /** @throws where the result is not the right one */
  readonly check: (result: Result) => void;
  /**
   * Looks at what a run has left that was struck.
   *
   * @param isDead whether it ended as if its process had been killed, and could put nothing in order
   * @throws where something is left that should not be
   */
  readonly left?: (isDead: boolean) => Promise<void> | void;
  /** What the caller does next, which must give the right result. Default: the same again. */
  readonly next?: (context: RunContext) => Promise<Result>;
  /** What must be as many after a fault and the next call as it was before. */
  readonly census: () => Census;
}

/** An error of a class that is thrown on purpose. */
export function isTyped(error: unknown): error is Error & { readonly code?: string } {
  return error instanceof Error && TYPED.has(error.name);
}

const TYPED = new Set(['KernelsError', 'ModelError', 'XaiError', 'CliError']);
