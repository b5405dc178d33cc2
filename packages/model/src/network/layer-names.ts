import { distance } from 'fastest-levenshtein';
import { ModelError } from '../errors.ts';
import type { NetworkLayer } from './network.ts';

type Named = Pick<NetworkLayer, 'name' | 'ownName'>;

/**
 * Returns the calls of the layer with this name: the one that is called so, by its other name otherwise, and else the one whose
 * name ends so behind a slash or a dot.
 *
 * @throws ModelError `unknown-layer` where several are meant
 */
export function layersNamed<Layer extends Named>(layers: readonly Layer[], name: string): Layer[] {
  const exact = layers.filter((layer) => layer.name === name);
  if (exact.length > 0) return exact;
  const own = layers.filter(({ ownName }) => ownName === name);
  const named =
    own.length > 0
      ? own
      : layers.filter((layer) => [layer.name, layer.ownName].some((full) => endsWith(full, name)));
  const [first, ...others] = new Set(named.map((layer) => layer.name));
  if (others.length === 0) return named;
  const shown = [first, ...others].slice(0, 10).map((item) => `"${item ?? ''}"`);
  const more = others.length < 10 ? '' : ` and ${String(others.length - 9)} more`;
  throw new ModelError(
    'unknown-layer',
    `Several layers are called "${name}". Say which: ${shown.join(', ')}${more}.`,
  );
}

function endsWith(full: string, ending: string): boolean {
  const before = full.length - ending.length - 1;
  return ending !== '' && before >= 0 && full.endsWith(ending) && ['/', '.'].includes(full[before] ?? '');
}

/**
 * Returns for each name the shortest ending, behind a slash, that `layersNamed` finds this layer alone by: `layer4.2/relu/Relu_2` for
 * `/layer4/layer4.2/relu/Relu_2`; the name itself where there is none.
 */
export function shortNames(layers: readonly Named[]): ReadonlyMap<string, string> {
  const owners = new Map<string, Set<string>>();
  for (const { name, ownName } of layers) {
    for (const ending of [name, ownName].flatMap((full) => endingsOf(full, /[/.]/))) {
      owners.set(ending, (owners.get(ending) ?? new Set()).add(name));
    }
  }
  return new Map(
    layers.map(({ name }) => {
      const unique = endingsOf(name, /\//).filter((ending) => owners.get(ending)?.size === 1);
      return [name, unique.at(-1) ?? name];
    }),
  );
}

/** A text and what follows each of these separators in it, the longest first. */
function endingsOf(full: string, separator: RegExp): string[] {
  const endings = [full];
  for (const { index } of full.matchAll(new RegExp(separator, 'g'))) endings.push(full.slice(index + 1));
  return endings.filter((ending) => ending !== '');
}

const MOST_NEAR = 3;

/**
 * Returns the short names that are most nearly this one: with few letters changed, as they are or at their end; else those with this
 * text in them, the nearest to the output first.
 */
export function nearestNames(layers: readonly Named[], name: string): string[] {
  if (name.length > 500 || name === '') return [];
  const short = shortNames(layers);
  const near = [...short].flatMap(([full, shown]) => {
    const least = Math.min(...endingsOf(full, /\//).map((ending) => distance(name, ending)));
    // A third of the letters may be wrong.
    return least * 3 <= Math.max(name.length, 3) ? [{ shown, least }] : [];
  });
  if (near.length > 0) {
    near.sort((a, b) => a.least - b.least);
    return near.slice(0, MOST_NEAR).map(({ shown }) => shown);
  }
  const text = name.toLowerCase();
  const around = [...short].filter(([full]) => full.toLowerCase().includes(text));
  return around
    .slice(-MOST_NEAR)
    .reverse()
    .map(([, shown]) => shown);
}
