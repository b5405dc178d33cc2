import { BenchError } from './errors.ts';

/**
 * What is called exactly so, otherwise what has the text in its name; in the order of `all`.
 *
 * @param what it is, for messages
 * @throws BenchError `invalid-option` where a name fits nothing
 */
export function named<T>(
  all: readonly T[],
  names: readonly string[],
  nameOf: (item: T) => string,
  what: string,
): readonly T[] {
  const chosen = new Set(
    names.flatMap((name) => {
      const exact = all.filter((item) => nameOf(item) === name);
      const found = exact.length > 0 ? exact : all.filter((item) => nameOf(item).includes(name));
      if (found.length > 0) return found;
      const known = all.map(nameOf).join(', ');
      throw new BenchError('invalid-option', `There is no ${what} "${name}"; choose from ${known}.`);
    }),
  );
  return all.filter((item) => chosen.has(item));
}
