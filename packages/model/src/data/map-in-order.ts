/**
 * The results of an asynchronous function for each item, in the order of the items. At most `ahead` calls are started and
 * not yet taken; they are started before the consumer asks, so work goes on while it is busy with the last result.
 *
 * When a call fails or the consumer stops, no more are started and those under way are waited for.
 */
export async function* mapInOrder<T, R>(
  items: readonly T[],
  ahead: number,
  work: (item: T, position: number) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const started: Promise<R>[] = [];
  const waiting = items.entries();
  const start = (): void => {
    while (started.length < ahead) {
      const next = waiting.next();
      if (next.done === true) return;
      const [position, item] = next.value;
      const result = work(item, position);
      // A failure is thrown when its turn comes; until then nobody may call it unhandled.
      result.catch(() => undefined);
      started.push(result);
    }
  };
  try {
    start();
    for (let first = started[0]; first !== undefined; first = started[0]) {
      const result = await first;
      void started.shift();
      start();
      yield result;
    }
  } finally {
    await Promise.allSettled(started);
  }
}
