import { allStrategies } from '../strategies/all-strategies.ts';

/** What a strategy is called in reports; its name and executor where this version does not know it. */
export function titleOf({
  strategy,
  executor,
}: {
  readonly strategy: string;
  readonly executor: string;
}): string {
  const known = allStrategies.find((item) => item.name === strategy && item.executor === executor);
  return known?.title ?? `${strategy}, ${executor}`;
}
