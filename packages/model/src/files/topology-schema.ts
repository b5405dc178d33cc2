import { array, custom, looseObject, nullish, optional, string, unknown } from 'valibot';
import { ModelError } from '../errors.ts';
import { brokenAt, checkSchema } from './check-schema.ts';
import { isModelClass, isObject, type JsonObject, type KerasObject } from './keras-config.ts';
import { limits } from './limits.ts';

const object = custom<JsonObject>(isObject, ({ received }) => `expected an object, got ${received}`);

/** A layer or a model: a class by name and what to make it with. */
const kerasObject = looseObject({ class_name: string(), config: object });

const layer = looseObject({
  class_name: string(),
  config: object,
  name: nullish(string()),
  inbound_nodes: nullish(array(unknown())),
});

const modelConfig = looseObject({ name: nullish(string()), layers: optional(array(layer), []) });
const layerConfig = looseObject({ name: nullish(string()) });

/**
 * A model's configuration whose layers, those of nested models too, have classes, configurations and names of the right
 * kind. What TF.js lacks is for `checkKerasConfig` to name, what does not connect for `connectLayers`.
 *
 * @param path of the configuration in the file
 * @throws ModelError `invalid-file` with the place in the file
 */
export function checkTopology(name: string, value: unknown, path: string): KerasObject {
  const model = checkSchema(kerasObject, value, name, path);
  const left = [{ ...model, path: joined(path, 'config') }];
  let layerCount = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (!isModelClass(next.class_name)) {
      checkSchema(layerConfig, next.config, name, next.path);
      continue;
    }
    const { layers } = checkSchema(modelConfig, next.config, name, next.path);
    layerCount += layers.length;
    if (layerCount > limits.layers) throw tooManyLayers(name);
    const names = new Set<string>();
    for (const [index, { name: own, config, class_name }] of layers.entries()) {
      const layerPath = `${next.path}.layers[${index}]`;
      left.push({ class_name, config, path: `${layerPath}.config` });
      const called = own ?? config['name'];
      if (typeof called !== 'string') continue;
      // TF.js keeps layers in plain objects, which have these keys already.
      if (called in {}) throw brokenAt(name, layerPath, `${called} cannot be the name of a layer`);
      if (names.has(called)) throw brokenAt(name, layerPath, 'another layer has the same name');
      names.add(called);
    }
  }
  return model;
}

function tooManyLayers(name: string): ModelError {
  return new ModelError(
    'unsupported-format',
    `${name} describes more than ${limits.layers} layers, which is no network that can be explained here.`,
  );
}

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
