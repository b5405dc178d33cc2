import type * as tf from '@tensorflow/tfjs';
import type { DataSet } from '../data/data-set.ts';
import { ModelError } from '../errors.ts';

/** Refuses what could only train to nonsense. @throws ModelError `invalid-data`, with what to change. */
export function checkTrainable(model: tf.LayersModel, data: DataSet): void {
  const wanted = model.inputs[0]?.shape.slice(1) ?? [];
  const fits =
    wanted.length === data.inputShape.length &&
    wanted.every((length, axis) => length === null || length === data.inputShape[axis]);
  if (!fits) {
    throw invalid(
      `the model takes inputs of shape [${wanted.join(', ')}], the data have [${data.inputShape.join(', ')}]`,
      'Resize the data or build the network for them',
    );
  }
  const units = model.outputs[0]?.shape.at(-1) ?? 0;
  if (model.outputs.length !== 1 || model.outputs[0]?.shape.length !== 2 || !hasProbabilities(model, units)) {
    throw invalid('the model does not end in one softmax or one-unit sigmoid', 'Add such a layer');
  }
  const classes = Math.max(2, units);
  if (data.classNames.length !== classes) {
    throw invalid(
      `the model tells ${classes} classes apart, the data have ${data.classNames.length}`,
      'Build the network for the classes of the data',
    );
  }
  const trained = new Set<number>();
  for (let i = 0; i < data.count; i++) {
    const label = data.labels[i] ?? -1;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw invalid(`sample ${i} has the label ${label}`, `Labels are integers from 0 to ${classes - 1}`);
    }
    trained.add(label);
  }
  if (trained.size < 2) {
    throw invalid('the data hold fewer than two classes', 'Give samples of at least two');
  }
}

function hasProbabilities(model: tf.LayersModel, units: number): boolean {
  const last = model.outputs[0]?.sourceLayer;
  if (last === undefined) return false;
  const activation = last.getConfig()['activation'];
  if (units === 1) return activation === 'sigmoid';
  return activation === 'softmax' || last.getClassName() === 'Softmax';
}

function invalid(what: string, remedy: string): ModelError {
  return new ModelError('invalid-data', `Cannot train: ${what}. ${remedy}.`);
}
