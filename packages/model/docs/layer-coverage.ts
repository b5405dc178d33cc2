import * as tf from '@tensorflow/tfjs';
import { registerOwnLayers } from '../src/index.ts';
import { renameClass, renamings } from '../src/files/layer-classes.ts';
import { activationLinks } from '../src/layers/rules/activations.ts';
import { layerRules } from '../src/layers/translate-call.ts';
import { ownActivations } from '../src/layers-of-our-own/activations.ts';

/** Names by what becomes of them. */
export interface Coverage {
  /** Channels are ablated together. */
  readonly planned: readonly string[];
  /** Computed, one channel after the other where they lie behind the target. */
  readonly run: readonly string[];
}

/** Layer classes that a file of TensorFlow.js or Keras may name. Models are made of layers themselves. */
export function layerCoverage(): Coverage {
  const own = registered().filter(([, prototype]) => prototype instanceof tf.layers.Layer);
  // Layers of this package are found under the names of Keras that they stand for.
  const isModel = (prototype: unknown): boolean =>
    prototype === tf.LayersModel.prototype || prototype instanceof tf.LayersModel;
  const names = own.flatMap(([name, prototype]) =>
    name.startsWith('Keras') || name === 'InputLayer' || isModel(prototype) ? [] : [name],
  );
  return divided([...names, ...Object.keys(renamings)], (name) =>
    Object.hasOwn(layerRules, renameClass(name, {}, 'keras-3').class_name),
  );
}

/** Activation functions by the names that Keras gives them. */
export function activationCoverage(): Coverage {
  const ofKeras = (own: string): string[] =>
    Object.entries(ownActivations).flatMap(([keras, registeredAs]) => (registeredAs === own ? [keras] : []));
  const classes = registered()
    .map(([name]) => name)
    .filter((name) => /^[a-z]/.test(name));
  const isPlanned = (name: string): boolean => !('reason' in activationLinks(name, [2, 3]));
  const coverage = divided(classes, isPlanned);
  const shown = (names: readonly string[]): string[] =>
    [...new Set(names.flatMap((name) => [snakeCase(name), ...ofKeras(name)]))].sort();
  return { planned: shown(coverage.planned), run: shown(coverage.run) };
}

/** What TensorFlow.js knows by name, with this package's own: layers, activations and others. */
function registered(): (readonly [name: string, prototype: unknown])[] {
  registerOwnLayers();
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  return Object.entries(classNameMap).map(([name, [constructor]]) => [name, constructor.prototype] as const);
}

function divided(names: readonly string[], isPlanned: (name: string) => boolean): Coverage {
  const all = [...new Set(names)].sort();
  return {
    planned: all.filter((name) => isPlanned(name)),
    run: all.filter((name) => !isPlanned(name)),
  };
}

/** Of this package's own as well: `kerasHardSigmoid` stands for the `hard_sigmoid` of Keras 3. */
function snakeCase(name: string): string {
  const [first = '', ...rest] = name.replace(/^keras/, '');
  return [first.toLowerCase(), ...rest].join('').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
