import { isObject, type Json } from '../files/keras-config.ts';
import { shapeOf } from './attributes.ts';

/** Which nodes are a network's inputs and outputs; none of a kind where nothing says so. */
export interface Signature {
  readonly inputs: readonly SignatureEntry[];
  readonly outputs: readonly SignatureEntry[];
}

export interface SignatureEntry {
  /** What users know it by. */
  readonly key: string;
  /** The tensor, as `name` or `name:0`. */
  readonly node: string;
  /** Dimensions with the batch, where they are known. */
  readonly shape: (number | null)[] | null;
}

/** Reads TensorFlow's `SignatureDef` as JSON. */
export function signatureOf(value: Json | undefined): Signature {
  if (!isObject(value)) return { inputs: [], outputs: [] };
  return { inputs: entriesOf(value['inputs']), outputs: entriesOf(value['outputs']) };
}

function entriesOf(value: Json | undefined): SignatureEntry[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const node = isObject(entry) ? entry['name'] : undefined;
    // A hash table that the function captured is fed by TensorFlow.js itself.
    if (typeof node !== 'string' || node === '' || hasResource(entry)) return [];
    return [{ key, node, shape: isObject(entry) ? shapeOf(entry['tensorShape']) : null }];
  });
}

function hasResource(entry: Json): boolean {
  return isObject(entry) && entry['resourceId'] !== undefined;
}
