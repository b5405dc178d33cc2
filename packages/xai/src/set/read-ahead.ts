/** What may be walked once, now or as it comes. */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Yields the results of `read` for each item, in the order of the items. At most `ahead` reads are under way or not yet taken, and
 * they go on while the consumer is busy; `items` is not asked for more than that. The results are promises that wait to be
 * looked at, so that a failed read stands in its place and ends nothing.
 *
 * When the consumer stops, no more reads are begun, and those under way are waited for.
 */
export async function* readAhead<T, R>(
  items: AnyIterable<T>,
  ahead: number,
  read: (item: T, index: number) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const started: Promise<R>[] = [];
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let index = 0;
  let hasMore = true;
  try {
    for (;;) {
      while (hasMore && started.length < ahead) {
        const next = await iterator.next();
        if (next.done === true) {
          hasMore = false;
          break;
        }
        const result = read(next.value, index++);
        // Thrown when its turn comes; until then nobody may call it unhandled.
        result.catch(() => undefined);
        started.push(result);
      }
      const first = started[0];
      if (first === undefined) return;
      const result = await first;
      void started.shift();
      yield result;
    }
  } finally {
    await Promise.allSettled(started);
    if (hasMore) await iterator.return?.();
  }
}
