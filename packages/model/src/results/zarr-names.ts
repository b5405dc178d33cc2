import { parseJson } from '../files/json.ts';
import type { ArraySpec } from './array-spec.ts';
import type { SetPlan } from './set-plan.ts';

/** The name of a file in a result: from its root, with slashes. */
export type ResultKey = `/${string}`;

/** What one of Zarr's formats calls files. What the chunks hold is the same in both. */
export interface ZarrNames {
  readonly format: SetPlan['zarrFormat'];
  /** The file whose creation makes the group. */
  readonly groupFile: ResultKey;
  /** @param name of the result, for messages. @throws ModelError `invalid-file` for what is no JSON */
  attributesIn(name: string, bytes: Uint8Array): unknown;
  chunkKey(spec: Pick<ArraySpec, 'path' | 'shape'>, chunk: number): ResultKey;
}

const zarr3: ZarrNames = {
  format: '3',
  groupFile: '/zarr.json',
  attributesIn: (name, bytes) =>
    (parseJson(`${name}/zarr.json`, bytes) as { readonly attributes?: unknown } | null)?.attributes,
  chunkKey: ({ path, shape }, chunk) => `/${path}/c.${numbersOf(shape, chunk)}`,
};

const zarr2: ZarrNames = {
  format: '2',
  groupFile: '/.zattrs',
  attributesIn: (name, bytes) => parseJson(`${name}/.zattrs`, bytes),
  chunkKey: ({ path, shape }, chunk) => `/${path}/${numbersOf(shape, chunk)}`,
};

/** Both formats, in the order in which they are looked for. Source: the Zarr v3 core and v2 specifications. */
export const ZARR_NAMES = [zarr3, zarr2] as const;

export function zarrNames({ zarrFormat }: Pick<SetPlan, 'zarrFormat'>): ZarrNames {
  return zarrFormat === '2' ? zarr2 : zarr3;
}

/** Only samples are cut. */
function numbersOf(shape: readonly number[], chunk: number): string {
  return [chunk, ...shape.map(() => 0)].join('.');
}
