import type { Json } from './json.ts';
import { isKerasObject, isObject, withLayersInObject, type KerasObject } from './keras-config.ts';
import { writerOf, type KerasWriter } from './keras-writer.ts';

/** A network without its weights. */
export interface KerasArchitecture {
  readonly model: KerasObject;
  readonly writer: KerasWriter;
}

/**
 * Returns the network in what `model.to_json()` gives, or in the `config.json` of an archive that was unpacked; `undefined` for
 * other JSON.
 */
export function architectureIn(description: Json): KerasArchitecture | undefined {
  const model = withLayersInObject(description);
  if (!isObject(model) || !isKerasObject(model)) return undefined;
  // Keras 3 says where a class is from, and not always which version it is.
  const version = model['keras_version'] ?? (typeof model['module'] === 'string' ? '3' : undefined);
  return { model, writer: writerOf(version) };
}
