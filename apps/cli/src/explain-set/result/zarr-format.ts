import { ModelError } from '@ablation-cam/model';
import { GZIP_LEVEL } from './encode-chunk.ts';
import { fillOf, parseJson } from '@ablation-cam/model/internals';
import type { ArraySpec, DataType, ResultKey, SetPlan } from '@ablation-cam/model/results';
import type { ResultStore } from './store.ts';

/** How many samples there are, and how many a chunk holds. */
export interface Extent {
  readonly count: number;
  readonly rows: number;
}

/** How one of Zarr's formats writes metadata. */
export interface ZarrFormat {
  /** The file whose creation makes the group, see `zarrNames`. */
  groupBytes(attributes: GroupAttributes): Uint8Array;
  writeArray(store: ResultStore, spec: ArraySpec, extent: Extent): Promise<void>;
  /** Writes all metadata in one place, which readers of a remote store need. */
  consolidate(store: ResultStore, specs: readonly ArraySpec[], attributes: GroupAttributes): Promise<void>;
}

export type GroupAttributes = Readonly<Record<string, unknown>>;

/**
 * Zarr's format 3.
 *
 * Source: the Zarr v3 core specification; consolidated metadata as zarr-python 3 writes them.
 */
const zarr3: ZarrFormat = {
  groupBytes: (attributes) => jsonBytes({ zarr_format: 3, node_type: 'group', attributes }),
  async writeArray(store, spec, { count, rows }) {
    const { path, type, shape, dimensions } = spec;
    const group = parentOf(path);
    if (group !== null) {
      await store.set(
        `/${group}/zarr.json`,
        jsonBytes({ zarr_format: 3, node_type: 'group', attributes: {} }),
      );
    }
    const array = {
      zarr_format: 3,
      node_type: 'array',
      shape: [count, ...shape],
      data_type: type,
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [rows, ...shape] } },
      chunk_key_encoding: { name: 'default', configuration: { separator: '.' } },
      fill_value: fillInJson(type),
      codecs: [
        type === 'string' ? { name: 'vlen-utf8' } : { name: 'bytes', configuration: { endian: 'little' } },
        { name: 'gzip', configuration: { level: GZIP_LEVEL } },
      ],
      dimension_names: ['sample', ...dimensions],
      attributes: {},
    };
    await store.set(`/${path}/zarr.json`, jsonBytes(array));
  },
  async consolidate(store, specs, attributes) {
    const paths = new Set(specs.flatMap(({ path }) => [parentOf(path) ?? path, path]));
    const metadata: Record<string, unknown> = {};
    for (const path of [...paths].sort()) metadata[path] = await parsedFile(store, `/${path}/zarr.json`);
    const consolidated_metadata = { kind: 'inline', must_understand: false, metadata };
    const group = { zarr_format: 3, node_type: 'group', attributes, consolidated_metadata };
    await store.set('/zarr.json', jsonBytes(group));
  },
};

/** JSON knows no NaN. */
function fillInJson(type: DataType): number | string {
  const fill = fillOf(type);
  return Number.isNaN(fill) ? 'NaN' : fill;
}

const TYPES_2: Readonly<Record<DataType, string>> = {
  float16: '<f2',
  float32: '<f4',
  int32: '<i4',
  uint8: '|u1',
  string: '|O',
};

/**
 * Zarr's format 2, for readers that know no other.
 *
 * Source: the Zarr v2 specification; `_ARRAY_DIMENSIONS` as xarray reads it.
 */
const zarr2: ZarrFormat = {
  groupBytes: jsonBytes,
  async writeArray(store, { path, type, shape, dimensions }, { count, rows }) {
    const group = jsonBytes({ zarr_format: 2 });
    await store.set('/.zgroup', group);
    const parent = parentOf(path);
    if (parent !== null) await store.set(`/${parent}/.zgroup`, group);
    const array = {
      zarr_format: 2,
      shape: [count, ...shape],
      chunks: [rows, ...shape],
      dtype: TYPES_2[type],
      compressor: { id: 'gzip', level: GZIP_LEVEL },
      fill_value: fillInJson(type),
      order: 'C',
      filters: type === 'string' ? [{ id: 'vlen-utf8' }] : null,
      dimension_separator: '.',
    };
    await store.set(`/${path}/.zarray`, jsonBytes(array));
    await store.set(`/${path}/.zattrs`, jsonBytes({ _ARRAY_DIMENSIONS: ['sample', ...dimensions] }));
  },
  async consolidate(store, specs, attributes) {
    await store.set('/.zattrs', jsonBytes(attributes));
    const parents = new Set(specs.flatMap(({ path }) => parentOf(path) ?? []));
    const files = [
      ...['.zattrs', '.zgroup'],
      ...[...parents].map((parent) => `${parent}/.zgroup`),
      ...specs.flatMap(({ path }) => [`${path}/.zarray`, `${path}/.zattrs`]),
    ].sort();
    const metadata: Record<string, unknown> = {};
    for (const file of files) metadata[file] = await parsedFile(store, `/${file}`);
    await store.set('/.zmetadata', jsonBytes({ zarr_consolidated_format: 1, metadata }));
  },
};

/** Returns how the metadata of a result are written. */
export function zarrFormat({ zarrFormat: format }: Pick<SetPlan, 'zarrFormat'>): ZarrFormat {
  return format === '2' ? zarr2 : zarr3;
}

function parentOf(path: string): string | null {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : null;
}

function jsonBytes(value: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** @throws ModelError `invalid-file`, `not-found` */
async function parsedFile(store: ResultStore, key: ResultKey): Promise<unknown> {
  const name = `${store.name}${key}`;
  const bytes = await store.get(key);
  if (bytes === undefined) throw new ModelError('not-found', `${name} was removed. Copy the result again.`);
  return parseJson(name, bytes);
}
