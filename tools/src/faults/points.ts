import { AsyncCalls } from '#platform';

/** What may happen at a point of a run in place of what should. */
export interface Fault {
  readonly name: string;
  /** Returns or throws in place of `call`, which does what should happen. */
  readonly instead: (call: () => unknown) => unknown;
  /** Whether nothing of the run is heard of again, as where its process is killed. */
  readonly isDeath?: boolean;
}

/** Follows a run from point to point. */
export interface Watcher {
  /**
   * The run waits for what `call` returns, somewhere in the sources.
   *
   * @param site file, line and column
   */
  waits(site: string, call: () => unknown): unknown;
  /** The run calls what is not its own: a function of the platform, of a library, of its caller. */
  calls(site: string, faults: readonly Fault[], call: () => unknown): unknown;
}

const watchers = new AsyncCalls<Watcher>();

/** Lets a watcher follow a call, and all that follows from it. */
export function watched<T>(by: Watcher, call: () => T): T {
  return watchers.run(by, call);
}

/** Stands around every awaited value in sources that `rewriteAwaits` has rewritten; returns what is awaited instead. */
export function awaitPoint<T>(site: string, value: T): T {
  const watcher = watchers.current;
  return watcher === null ? value : (watcher.waits(site, () => value) as T);
}

/** Stands around what a `for await` walks through in rewritten sources: each time it waits for the next value is a point. */
export function awaitEach<T>(site: string, values: AsyncIterable<T> | Iterable<T>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = iteratorOf(values);
      const end = iterator.return?.bind(iterator);
      return {
        next: async () => awaitPoint(site, iterator.next()),
        ...(end && { return: async (value?: unknown) => awaitPoint(site, end(value)) }),
      };
    },
  };
}

function iteratorOf<T>(values: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]();
}

/** Calls, at a point that faults can befall. */
export function callPoint<T>(site: string, faults: readonly Fault[], call: () => T): T {
  const watcher = watchers.current;
  return watcher === null ? call() : (watcher.calls(site, faults, call) as T);
}

type Method = (this: unknown, ...args: never[]) => unknown;

/**
 * Replaces a method, for as long as the process lives, by one that is a point.
 *
 * @param faultsOf what can befall a call with these arguments
 * @param after is handed what the method gave
 */
export function makePoint<Owner extends object>(
  owner: Owner,
  name: keyof Owner & string,
  faultsOf: (self: object, args: readonly unknown[]) => readonly Fault[],
  after: (self: object, result: unknown, args: readonly unknown[]) => void = () => undefined,
): void {
  const original = owner[name] as Method;
  const label = `${nameOf(owner)}${name}`;
  const point = function (this: object, ...args: readonly unknown[]): unknown {
    return callPoint(label, faultsOf(this, args), () => {
      const result: unknown = Reflect.apply(original, this, args);
      after(this, result, args);
      return result;
    });
  };
  Object.defineProperty(owner, name, { value: point, configurable: true, writable: true });
}

function nameOf(owner: object): string {
  const { constructor } = owner;
  const name = typeof owner === 'function' ? owner.name : constructor.name;
  return name === 'Object' ? '' : `${name}.`;
}
