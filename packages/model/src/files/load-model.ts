import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { readyBackend } from '../backend/ready-backend.ts';
import { buildModel, type ModelParts } from './build-model.ts';
import { readKerasH5 } from './keras-h5.ts';
import type { ModelMetadata } from './metadata.ts';
import { openSource, type ModelSource } from './model-source.ts';
import { readTfjsLayers } from './tfjs-layers.ts';

export interface LoadedModel {
  readonly model: tf.LayersModel;
  readonly format: 'tfjs-layers' | 'keras-h5';
  readonly metadata: ModelMetadata;
  /**
   * Frees the weights; to be called by whoever loaded the model. (`model.dispose()` of TF.js 4.22 keeps those of layers
   * that are called more than once.)
   */
  readonly dispose: () => void;
}

/**
 * Loads a TF.js Layers model (`model.json` and its shards) or a Keras `.h5` model (sequential or functional, nested
 * ones too) onto the current backend (a first
 * one is brought up where there is none). The format is told by the content, not by the name.
 *
 * Initialisers, constraints and training configurations are left behind; regularisers are kept where TF.js has them. A
 * failed load leaves no tensors behind.
 *
 * @throws ModelError `not-found`; `invalid-file` for a broken or truncated file or weights that do not fit;
 * `unsupported-format` for a TF.js GraphModel, a `.keras` archive and others, with the way to convert them;
 * `unsupported-layer` for layers or options TF.js does not have.
 */
export async function loadModel(source: ModelSource): Promise<LoadedModel> {
  const opened = await openSource(source);
  await readyBackend();
  const { format, parts } = await readParts(opened);
  const model = await buildModel(parts);
  const variables = model.weights.map((weight) => weight.read());
  return {
    model,
    format,
    metadata: parts.metadata,
    dispose: () => {
      tf.dispose(variables);
    },
  };
}

async function readParts(
  opened: Awaited<ReturnType<typeof openSource>>,
): Promise<{ format: LoadedModel['format']; parts: ModelParts }> {
  const { name, bytes } = opened;
  const unsupported = (what: string, remedy: string): ModelError =>
    new ModelError(
      'unsupported-format',
      `${name} is ${what}, which cannot be explained layer by layer here. ${remedy}`,
    );

  if (startsWith(bytes, hdf5Signature)) return { format: 'keras-h5', parts: await readKerasH5(name, bytes) };
  if (startsWith(bytes, zipSignature)) {
    throw unsupported(
      'a zip archive, as Keras 3 writes for .keras',
      "Save the model as HDF5 in Keras, model.save('model.h5'), and load that.",
    );
  }
  if (isJson(bytes)) return { format: 'tfjs-layers', parts: await readTfjsLayers(opened) };
  if (/\.(pb|onnx|tflite|pt|pth|safetensors)$/i.test(name)) {
    throw unsupported('of another framework or format', 'Load a Keras .h5 file or a TF.js model.json.');
  }
  throw new ModelError(
    'invalid-file',
    `${name} (${bytes.byteLength} bytes) is neither a Keras .h5 file nor a TF.js model.json; it may be broken. Fetch or save it again.`,
  );
}

const hdf5Signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const zipSignature = [0x50, 0x4b, 0x03, 0x04];

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

function isJson(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 64)).trimStart().startsWith('{');
}
