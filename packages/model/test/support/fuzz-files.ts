import { decodeImage } from '#platform';
import { seededRandom } from '@ablation-cam/tools/testing';
import * as tf from '@tensorflow/tfjs';
import { unzipSync } from 'fflate';
import { decodeNpy, encodeNpy, loadModel, ModelError, readClassNames } from '../../src/index.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/files/safetensors.ts';
import golden from '../golden/images.json';
import dataSets from '../golden/hdf5/data-sets.h5.bin';
import functionalKeras2 from '../golden/keras/functional-keras2.h5.bin';
import functionalKeras3 from '../golden/keras/functional-keras3.h5.bin';
import archiveKeras3 from '../golden/keras/network-keras3.keras.bin';
import sequentialKeras2 from '../golden/keras/sequential-keras2.h5.bin';
import { openHdf5 } from '../../src/files/hdf5/open-hdf5.ts';
import { smallGraphModel } from './graph-model/small-graph-model.ts';
import { jsonFile, smallModelJson, smallModelWeights, textFile } from './model-json.ts';
import { smallOnnx } from './onnx/small-onnx.ts';
import { mutated, mutatedJson } from './mutations.ts';

export interface FuzzReport {
  /** How many mutated files were read as if they were whole. */
  readonly read: number;
  readonly refused: number;
  /** What must not happen, with the seed to make it happen again. */
  readonly faults: readonly string[];
  readonly slowestMs: number;
}

export interface FuzzOptions {
  /** Only kinds of files with this in their name. */
  readonly only?: string;
  readonly onDone?: (name: string) => void;
}

/** A busy machine takes some time over the largest file here; a hang takes for ever. */
const LONGEST_MS = 5000;

interface Target {
  readonly name: string;
  readonly read: (seed: number) => Promise<unknown>;
}

/** Mutates each kind of file that this package reads, `mutations` times each, and reads it. */
export async function fuzzFiles(
  mutations: number,
  from: number,
  { only = '', onDone = () => undefined }: FuzzOptions = {},
): Promise<FuzzReport> {
  let [read, refused, slowestMs] = [0, 0, 0];
  const faults: string[] = [];
  for (const { name, read: readFile } of targets().filter((target) => target.name.includes(only))) {
    for (let seed = from; seed < from + mutations; seed++) {
      const tensors = tf.memory().numTensors;
      const start = performance.now();
      try {
        await readFile(seed);
        read++;
      } catch (error) {
        if (error instanceof ModelError && !error.message.includes('\n')) refused++;
        else faults.push(`${name}, seed ${seed}: ${String(error instanceof Error ? error.stack : error)}`);
      }
      const took = performance.now() - start;
      slowestMs = Math.max(slowestMs, took);
      if (took > LONGEST_MS) faults.push(`${name}, seed ${seed}: ${took.toFixed(0)} ms`);
      if (tf.memory().numTensors !== tensors) faults.push(`${name}, seed ${seed}: tensors left over`);
    }
    onDone(name);
  }
  return { read, refused, faults, slowestMs };
}

function targets(): Target[] {
  const target = (name: string, bytes: Uint8Array, read: (bytes: Uint8Array) => unknown): Target => ({
    name,
    read: async (seed) => await read(mutated(bytes, seededRandom(seed))),
  });
  const load = async (files: Parameters<typeof loadModel>[0]): Promise<void> => {
    const { dispose } = await loadModel(files);
    dispose();
  };
  const images = golden.map(({ name, base64 }) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    // A small limit keeps honest large images from taking the time.
    return target(name, bytes, (changed) => decodeImage(changed, 'image', 1_000_000));
  });
  const unzipped = unzipSync(archiveKeras3);
  const networkKeras3 = unzipped['config.json'] ?? new Uint8Array();
  const weightsKeras3 = unzipped['model.weights.h5'] ?? new Uint8Array();
  const models = { functionalKeras2, functionalKeras3, sequentialKeras2 };
  const safetensors = encodeSafetensors({
    tensors: [{ name: 'a', shape: [2, 3], values: new Float32Array(6) }],
    metadata: { format: 'x' },
  });
  const [graphModel = textFile(''), ...graphModelWeights] = smallGraphModel().files();
  return [
    ...images,
    ...Object.entries(models).map(([name, bytes]) =>
      target(`${name}.h5`, bytes, (changed) => load([{ name: 'model.h5', bytes: changed }])),
    ),
    target('an archive of Keras 3', archiveKeras3, (changed) =>
      load([{ name: 'net.keras', bytes: changed }]),
    ),
    target('weights of Keras 3', weightsKeras3, (changed) =>
      load([
        { name: 'net.weights.h5', bytes: changed },
        { name: 'net.json', bytes: networkKeras3 },
      ]),
    ),
    {
      name: 'a network of Keras 3 by its values',
      read: (seed) => {
        const changed = mutatedJson(JSON.parse(new TextDecoder().decode(networkKeras3)), seededRandom(seed));
        return load([jsonFile(changed), { name: 'model.weights.h5', bytes: weightsKeras3 }]);
      },
    },
    {
      name: 'a network with channels first by its values',
      read: (seed) => {
        const text = new TextDecoder().decode(networkKeras3);
        const first = text
          .replaceAll('"channels_last"', '"channels_first"')
          .replaceAll('6, 6, 3]', '3, 6, 6]')
          .replace('"axis": -1', '"axis": 1');
        const changed = mutatedJson(JSON.parse(first), seededRandom(seed));
        return load([jsonFile(changed), { name: 'model.weights.h5', bytes: weightsKeras3 }]);
      },
    },
    target('data sets', dataSets, async (changed) => {
      const file = openHdf5('data.h5', changed);
      for (const name of ['whole', 'checked', 'half', 'a group/below/deep']) await file.tensor(name);
    }),
    target('model.json', jsonFile(smallModelJson()).bytes, (bytes) =>
      load([{ name: 'model.json', bytes }, smallModelWeights()]),
    ),
    {
      name: 'model.json by its values',
      read: (seed) =>
        load([jsonFile(mutatedJson(smallModelJson(), seededRandom(seed))), smallModelWeights()]),
    },
    {
      name: 'functional model.json by its values',
      read: (seed) =>
        load([jsonFile(mutatedJson(functionalJson(), seededRandom(seed))), smallModelWeights()]),
    },
    target('a GraphModel', graphModel.bytes, (bytes) =>
      load([{ name: 'model.json', bytes }, ...graphModelWeights]),
    ),
    {
      name: 'a GraphModel by its values',
      read: (seed) => {
        const description: unknown = JSON.parse(new TextDecoder().decode(graphModel.bytes));
        return load([jsonFile(mutatedJson(description, seededRandom(seed))), ...graphModelWeights]);
      },
    },
    target('net.onnx', smallOnnx(), (bytes) => load([{ name: 'net.onnx', bytes }])),
    target('npy', encodeNpy(Float32Array.from({ length: 24 }, Math.sin), [2, 3, 4]), (changed) =>
      decodeNpy(changed),
    ),
    target('safetensors', safetensors, (changed) => decodeSafetensors(changed)),
    target('class names', textFile('one\ntwo\nthree\nfour\n').bytes, (changed) => readClassNames(changed)),
    target('class names in JSON', textFile('{"id2label": {"0": "a", "1": "b"}}').bytes, (changed) =>
      readClassNames(changed),
    ),
  ];
}

/** The small model as a functional one. */
function functionalJson(): ReturnType<typeof smallModelJson> {
  const description = smallModelJson();
  const input = {
    class_name: 'InputLayer',
    config: { name: 'in', batch_input_shape: [null, 8, 2], dtype: 'float32' },
  };
  const names = ['in', 'conv', 'flatten', 'dense'];
  const layers = [input, ...description.modelTopology.config.layers].map((layer, i) => ({
    ...layer,
    name: names[i],
    inbound_nodes: i === 0 ? [] : [[[names[i - 1], 0, 0, {}]]],
  }));
  const config = { name: 'small', layers, input_layers: [['in', 0, 0]], output_layers: [['dense', 0, 0]] };
  return { ...description, modelTopology: { class_name: 'Functional', config } };
}
