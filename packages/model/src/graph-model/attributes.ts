import { isObject } from '../files/keras-config.ts';
import type { Json } from '../files/json.ts';
import type { GraphModelNode } from './graph-model-file.ts';

/**
 * Attributes of a node by their kinds; what is left out has the default given.
 *
 * Source: TensorFlow's `attr_value.proto` as JSON: whole numbers of 64 bits are texts, bytes are base64 (or codes of characters,
 * as early converters wrote them).
 */
export class Attributes {
  constructor(readonly node: Pick<GraphModelNode, 'attributes'>) {}

  has(name: string): boolean {
    return Object.hasOwn(this.node.attributes, name);
  }

  number(name: string, missing: number): number {
    const value = this.#field(name, 'i') ?? this.#field(name, 'f');
    return value === undefined ? missing : toNumber(value);
  }

  numbers(name: string): number[] | null {
    const list = this.#field(name, 'list');
    if (!isObject(list)) return null;
    const found = list['i'] ?? list['f'] ?? [];
    return Array.isArray(found) ? found.map(toNumber) : null;
  }

  flag(name: string, missing = false): boolean {
    const value = this.#field(name, 'b');
    return typeof value === 'boolean' ? value : missing;
  }

  text(name: string, missing: string): string {
    const value = this.#field(name, 's');
    return value === undefined ? missing : toText(value);
  }

  texts(name: string): string[] {
    const list = this.#field(name, 'list');
    const found = isObject(list) ? list['s'] : undefined;
    return Array.isArray(found) ? found.map(toText) : [];
  }

  /** A type by its name in TensorFlow: `DT_FLOAT`. */
  type(name: string): string | null {
    const value = this.#field(name, 'type');
    if (typeof value === 'number') return TYPES[value] ?? null;
    return typeof value === 'string' ? value : null;
  }

  /** Dimensions, null where a size is open; null as a whole where their number is. */
  shape(name: string): (number | null)[] | null {
    return shapeOf(this.#field(name, 'shape'));
  }

  #field(name: string, kind: string): Json | undefined {
    const { attributes } = this.node;
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    return isObject(value) ? (value[kind] ?? undefined) : undefined;
  }
}

/** Dimensions of TensorFlow's `TensorShapeProto` as JSON. */
export function shapeOf(value: Json | undefined): (number | null)[] | null {
  if (!isObject(value) || value['unknownRank'] === true) return null;
  const dims = value['dim'] ?? [];
  if (!Array.isArray(dims)) return null;
  return dims.map((dim: Json) => {
    const size = isObject(dim) ? toNumber(dim['size'] ?? -1) : -1;
    return Number.isSafeInteger(size) && size > 0 ? size : null;
  });
}

/** By the numbers of TensorFlow's `DataType`; more are not met in networks. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'DT_FLOAT',
  2: 'DT_DOUBLE',
  3: 'DT_INT32',
  4: 'DT_UINT8',
  6: 'DT_INT8',
  7: 'DT_STRING',
  9: 'DT_INT64',
  10: 'DT_BOOL',
  19: 'DT_HALF',
};

function toNumber(value: Json): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
}

function toText(value: Json): string {
  if (Array.isArray(value)) return String.fromCharCode(...value.map(toNumber));
  if (typeof value !== 'string') return '';
  try {
    return atob(value);
  } catch {
    // Some writers leave texts as they are.
    return value;
  }
}
