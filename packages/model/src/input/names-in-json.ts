import type { Json, JsonObject } from '../files/json.ts';

/**
 * The class names that a JSON file holds, in order of their indices; `undefined` where it holds none. Taken are lists, maps from
 * indices to names or the other way round, and objects with such a one under `labels`, `classNames`, `class_indices` or
 * `id2label`. A name may be a pair whose second part is for people (`imagenet_class_index.json` of Keras).
 */
export function namesInJson(value: Json): string[] | undefined {
  if (Array.isArray(value)) return listed(value as readonly Json[]);
  if (!isMap(value)) return undefined;
  for (const key of ['labels', 'classNames', 'class_names', 'class_indices', 'id2label']) {
    const inner = value[key];
    if (inner !== undefined && typeof inner === 'object') return namesInJson(inner);
  }
  const entries = Object.entries(value);
  const byIndex = entries.every(([key]) => /^\d+$/.test(key))
    ? entries.map(([key, name]): [Json, Json] => [Number(key), name])
    : entries.map(([name, index]): [Json, Json] => [index, name]);
  const names: Json[] = [];
  for (const [index, name] of byIndex) {
    // Each index once, from 0 on without gaps.
    const isIndex =
      typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < entries.length;
    if (!isIndex || index in names) return undefined;
    names[index] = name;
  }
  return listed(names);
}

function listed(values: readonly Json[]): string[] | undefined {
  const names = values.map((value) =>
    Array.isArray(value) && value.length === 2 ? (value[1] as Json) : value,
  );
  return names.length > 0 && names.every((name) => typeof name === 'string') ? names : undefined;
}

function isMap(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
