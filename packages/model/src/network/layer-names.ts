import { closest, distance } from 'fastest-levenshtein';
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

/** The layer whose name is nearly this one: with few letters changed, as it is or at its end. */
export function nearestNames(layers: readonly Named[], name: string): string[] {
  const endings = new Map<string, string>();
  for (const { name: full } of layers) {
    const parts = full.split('/').filter((part) => part !== '');
    parts.forEach((_, i) => endings.set(parts.slice(i).join('/'), full));
    endings.set(full, full);
  }
  if (endings.size === 0 || name.length > 500) return [];
  const found = closest(name, [...endings.keys()]);
  // A third of the letters may be wrong.
  return distance(name, found) * 3 <= Math.max(name.length, 3) ? [endings.get(found) ?? found] : [];
}
