import { ModelError } from '../errors.ts';
import { sha256 } from '../files/checksum.ts';

/**
 * Returns a plan with the SHA-256 of the rest of it as `sha256`. What is summed up is its JSON with sorted names, since libraries that
 * rewrite attributes keep values, and neither their order nor the space between them.
 */
export async function sealPlan<T extends object>(plan: T): Promise<T & { readonly sha256?: string }> {
  const digits = await sha256OfPlan(plan);
  return digits === null ? plan : { ...plan, sha256: digits };
}

/**
 * Returns a plan without the checksum in it, which it is held against; earlier versions wrote none.
 *
 * @throws ModelError `invalid-file`
 */
export async function unsealPlan<T extends object>(name: string, sealed: T): Promise<T> {
  const { sha256: expected, ...rest } = sealed as T & { readonly sha256?: unknown };
  const plan = rest as unknown as T;
  if (expected === undefined) return plan;
  const digits = await sha256OfPlan(plan);
  if (digits === null || digits === expected) return plan;
  throw new ModelError(
    'invalid-file',
    `The plan of ${name} is not as it was written: it does not fit its checksum (SHA-256). Copy the result again; if the change was ` +
      'meant, take out the entry "sha256" of its attribute "ablation_cam".',
  );
}

function sha256OfPlan(plan: object): Promise<string | null> {
  return sha256(new TextEncoder().encode(JSON.stringify(sorted(plan))));
}

/** The same value, the names of all objects in the order of their code units. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, own]) => [name, sorted(own)]));
}
