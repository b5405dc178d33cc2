import { KernelsError } from '../errors.ts';
import type { Tail } from '../tail/tail.ts';

/** The nodes the output depends on. */
export function liveNodes(tail: Tail): boolean[] {
  const isLive = tail.nodes.map(() => false);
  isLive[tail.output] = true;
  for (let index = tail.nodes.length - 1; index >= 0; index--) {
    if (!isLive[index]) continue;
    for (const input of tail.nodes[index]?.inputs ?? []) {
      if (!(input < index)) {
        throw new KernelsError(
          'invalid-tail',
          `Node "${tail.nodes[index]?.name ?? ''}" of the tail comes before one of its inputs.`,
        );
      }
      isLive[input] = true;
    }
  }
  return isLive;
}

/** How many operations, or the output, read each node. */
export function consumerCounts(tail: Tail, isLive: readonly boolean[]): number[] {
  const counts = tail.nodes.map(() => 0);
  tail.nodes.forEach(({ inputs }, index) => {
    if (!isLive[index]) return;
    for (const input of inputs) counts[input] = (counts[input] ?? 0) + 1;
  });
  counts[tail.output] = (counts[tail.output] ?? 0) + 1;
  return counts;
}
