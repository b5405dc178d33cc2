import type * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';

/**
 * Access to what a TensorFlow.js layer reads when it computes. Its types keep these fields protected, and its
 * configuration is no substitute: it repeats options that the computation ignores.
 */

/** An activation function object of TensorFlow.js, as layers hold it. */
export interface LayerActivation {
  apply(x: tf.Tensor): tf.Tensor;
  getClassName(): string;
}

interface LayerVariable {
  read(): tf.Tensor;
}

/** Returns the value of a layer's field, or undefined where the layer has none of that name. */
export function layerField(layer: tf.layers.Layer, name: string): unknown {
  return (layer as unknown as Readonly<Record<string, unknown>>)[name];
}

/** @throws ModelError `unsupported-layer` where the field holds anything but a number */
export function numberField(layer: tf.layers.Layer, name: string): number {
  const value = Number(layerField(layer, name));
  if (Number.isNaN(value)) throw unexpected(layer, name, 'a number');
  return value;
}

/** Returns the numbers of a field that holds a number or a list of them. @throws ModelError `unsupported-layer` */
export function numbersField(layer: tf.layers.Layer, name: string): number[] {
  const value = layerField(layer, name);
  const numbers: unknown[] = Array.isArray(value) ? value : [value];
  if (!numbers.every((item) => typeof item === 'number')) throw unexpected(layer, name, 'numbers');
  return numbers;
}

/** Returns pairs of numbers, the form of padding and cropping. @throws ModelError `unsupported-layer` */
export function pairsField(layer: tf.layers.Layer, name: string): [number, number][] {
  const value = layerField(layer, name);
  const isPair = (item: unknown): item is [number, number] => Array.isArray(item) && item.length === 2;
  if (!Array.isArray(value) || !value.every(isPair)) throw unexpected(layer, name, 'pairs of numbers');
  return value;
}

/** Returns the variable's tensor, which belongs to the layer, or null where the layer has no such weight. */
export function weightField(layer: tf.layers.Layer, name: string): tf.Tensor | null {
  const variable = layerField(layer, name) as LayerVariable | null | undefined;
  return variable?.read() ?? null;
}

/** Returns the activation a layer applies to its own result, or null where it has none. */
export function activationField(layer: tf.layers.Layer): LayerActivation | null {
  return (layerField(layer, 'activation') as LayerActivation | null | undefined) ?? null;
}

/** Whether the layer's tensors have their channels first; every layer without the option keeps them last. */
export function isChannelsFirst(layer: tf.layers.Layer): boolean {
  return layerField(layer, 'dataFormat') === 'channelsFirst';
}

/** Whether the layer is a model: its graph is walked in its place. */
export function isModel(layer: tf.layers.Layer): layer is tf.LayersModel {
  return Array.isArray(layerField(layer, 'layers')) && Array.isArray(layerField(layer, 'outputs'));
}

/**
 * Returns the name under which the class that the layer's computation is of is registered, or null where it computes something
 * of its own: a subclass that replaces `call` and inherits the name of the class it extends, or a layer whose `call` was
 * replaced. (`getClassName` is the name that is shown, and may be that of another class.)
 */
export function layerClass(layer: tf.layers.Layer): string | null {
  if (Object.hasOwn(layer, 'call')) return null;
  let prototype = Object.getPrototypeOf(layer) as { readonly constructor: object } | null;
  while (prototype && !Object.hasOwn(prototype.constructor, 'className')) {
    if (Object.hasOwn(prototype, 'call')) return null;
    prototype = Object.getPrototypeOf(prototype) as { readonly constructor: object } | null;
  }
  return prototype ? (prototype.constructor as unknown as { readonly className: string }).className : null;
}

function unexpected(layer: tf.layers.Layer, name: string, expected: string): ModelError {
  return new ModelError(
    'unsupported-layer',
    `Layer "${layer.name}" (${layer.getClassName()}) should hold ${expected} in its field "${name}", but it does ` +
      'not. This version reads the layers of TensorFlow.js 4.22: update TensorFlow.js or rebuild the layer with it.',
  );
}
