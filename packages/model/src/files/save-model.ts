import * as tf from '@tensorflow/tfjs';
import { array, looseObject, string } from 'valibot';
import { readFile, removeFile, writeFileAtomic } from '#platform';
import { ModelError } from '../errors.ts';
import { readJson } from './check-schema.ts';
import { sealedJson, sha256 } from './checksum.ts';
import type { ModelMetadata } from './metadata.ts';

/** A file by name, not yet on any disk. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * A model as the two files of the TF.js Layers format: its weights and `model.json`, which names them, each with a checksum that
 * `loadModel` holds it against. In a browser they can be offered as downloads.
 */
export async function modelFiles(
  model: tf.LayersModel,
  metadata: ModelMetadata = {},
  weightsName = 'weights.bin',
): Promise<readonly [weights: NamedFile, topology: NamedFile]> {
  const artifacts = await new Promise<tf.io.ModelArtifacts>((resolve, reject) => {
    const handler = tf.io.withSaveHandler((saved) => {
      resolve(saved);
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    });
    model.save(handler).catch(reject);
  });
  const { modelTopology, weightSpecs = [], weightData = new ArrayBuffer(0) } = artifacts;
  const weights = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
  const digits = await sha256(weights);
  const description = {
    format: 'layers-model',
    generatedBy: `TensorFlow.js tfjs-layers v${tf.version['tfjs-layers']}`,
    convertedBy: null,
    modelTopology,
    weightsManifest: [
      { paths: [weightsName], ...(digits !== null && { sha256: [digits] }), weights: weightSpecs },
    ],
    ...(Object.keys(metadata).length > 0 ? { userDefinedMetadata: metadata } : {}),
  };
  return [
    { name: weightsName, bytes: weights },
    { name: 'model.json', bytes: new TextEncoder().encode(await sealedJson(description)) },
  ];
}

/**
 * Saves a model into `folder` in the TF.js Layers format; `loadModel(folder)` reads it back. The model that was there
 * stays whole until the new one is: the new weights are written under a name of their own, then `model.json` is
 * replaced in one step, then the old weights are removed.
 *
 * @throws ModelError `write-failed`; the old model is then unchanged.
 */
export async function saveModel(
  model: tf.LayersModel,
  folder: string,
  metadata: ModelMetadata = {},
): Promise<void> {
  const used = await weightsInUse(folder);
  const weightsName = used.includes(weightsNames[0]) ? weightsNames[1] : weightsNames[0];
  const [weights, topology] = await modelFiles(model, metadata, weightsName);
  await writeFileAtomic(folder, weights.name, weights.bytes);
  try {
    await writeFileAtomic(folder, topology.name, topology.bytes);
  } catch (error) {
    await removeFile(folder, weights.name);
    throw error;
  }
  for (const name of weightsNames) {
    if (name !== weightsName && used.includes(name)) await removeFile(folder, name);
  }
}

/** Two names taken in turn, so that new weights never overwrite those the present `model.json` points to. */
const weightsNames = ['weights.bin', 'weights-1.bin'] as const;

/** The files that the present model names; those it may be missing are no matter. */
const usedFiles = looseObject({ weightsManifest: array(looseObject({ paths: array(string()) })) });

async function weightsInUse(folder: string): Promise<readonly string[]> {
  try {
    const path = `${folder}/model.json`;
    const { weightsManifest } = readJson(usedFiles, await readFile(path), path);
    return weightsManifest.flatMap(({ paths }) => paths);
  } catch (error) {
    // Nothing there, or nothing that could be loaded anyway.
    if (error instanceof ModelError) return [];
    throw error;
  }
}
