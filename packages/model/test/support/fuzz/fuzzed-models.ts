import { mutated, mutatedJson, seededRandom } from '@ablation-cam/tools/testing';
import { unzipSync } from 'fflate';
import type { NamedFile } from '../../../src/index.ts';
import functionalKeras2 from '../../golden/keras/functional-keras2.h5.bin';
import functionalKeras3 from '../../golden/keras/functional-keras3.h5.bin';
import archiveKeras3 from '../../golden/keras/network-keras3.keras.bin';
import sequentialKeras2 from '../../golden/keras/sequential-keras2.h5.bin';
import { smallGraphModel } from '../graph-model/small-graph-model.ts';
import {
  functionalJson,
  jsonFile,
  quantizedModel,
  smallModelJson,
  smallModelWeights,
} from '../model-json.ts';
import { mutatedOnnx } from '../onnx/mutated-onnx.ts';
import { smallOnnx } from '../onnx/small-onnx.ts';
import { relinkedHdf5 } from './relinked-hdf5.ts';
import { writtenModels } from './written-models.ts';

/** A kind of model file, or of a file beside one, that is damaged. */
export interface FuzzedModel {
  readonly name: string;
  /** The files of the model, one of them with the damage of a seed. */
  readonly files: (seed: number) => NamedFile[];
}

/** Models of every format: each file of them damaged by its bytes, and by its values where bytes alone would rarely be read. */
export async function fuzzedModels(): Promise<FuzzedModel[]> {
  const written = (await writtenModels()).flatMap(({ name, files }) => [
    ...byBytes(name, files),
    byValues(name, files),
  ]);
  return [...kerasModels(), ...tfjsModels(), ...graphModels(), ...onnxModels(), ...written];
}

function kerasModels(): FuzzedModel[] {
  const unpacked = unzipSync(archiveKeras3);
  const network = unpacked['config.json'] ?? new Uint8Array();
  const weights = { name: 'net.weights.h5', bytes: unpacked['model.weights.h5'] ?? new Uint8Array() };
  const channelsFirst = new TextDecoder()
    .decode(network)
    .replaceAll('"channels_last"', '"channels_first"')
    .replaceAll('6, 6, 3]', '3, 6, 6]')
    .replace('"axis": -1', '"axis": 1');
  return [
    ...byBytes('Keras 2, sequential', [{ name: 'model.h5', bytes: sequentialKeras2 }]),
    ...byBytes('Keras 2, functional', [{ name: 'model.h5', bytes: functionalKeras2 }]),
    ...byBytes('Keras 3, HDF5', [{ name: 'model.h5', bytes: functionalKeras3 }]),
    ...byBytes('Keras 3, archive', [{ name: 'net.keras', bytes: archiveKeras3 }]),
    ...byBytes('Keras 3, network and weights', [{ name: 'net.json', bytes: network }, weights]),
    byValues('Keras 3, network and weights', [{ name: 'net.json', bytes: network }, weights]),
    ...['h5', 'weights.h5'].map((ending) => ({
      name: `Keras, links of ${ending}`,
      files: (seed: number): NamedFile[] => {
        const random = seededRandom(seed);
        return ending === 'h5'
          ? [{ name: 'model.h5', bytes: relinkedHdf5(sequentialKeras2, random) }]
          : [
              { name: 'net.json', bytes: network },
              { ...weights, bytes: relinkedHdf5(weights.bytes, random) },
            ];
      },
    })),
    byValues('Keras 3, channels first', [
      { name: 'net.json', bytes: new TextEncoder().encode(channelsFirst) },
      weights,
    ]),
  ];
}

/** What lies beside a model and is looked at where it is there. */
const BESIDE: readonly NamedFile[] = [
  named('metadata.json', {
    tmVersion: '2.4.7',
    packageName: '@teachablemachine/image',
    imageSize: 224,
    labels: ['a', 'b', 'c'],
  }),
  named('preprocessor_config.json', {
    ...{ do_normalize: true, do_rescale: true, rescale_factor: 1 / 255, size: { height: 8, width: 8 } },
    ...{ image_mean: [0.5, 0.4, 0.3], image_std: [0.2, 0.2, 0.2] },
  }),
  named('config.json', { id2label: { 0: 'a', 1: 'b', 2: 'c' } }),
];

function tfjsModels(): FuzzedModel[] {
  const small = [jsonFile(smallModelJson()), smallModelWeights()];
  const shards = quantizedModel();
  return [
    ...byBytes('TF.js layers', small),
    byValues('TF.js layers', small),
    byValues('TF.js layers, functional', [jsonFile(functionalJson()), smallModelWeights()]),
    ...byBytes('TF.js layers, quantized', shards),
    byValues('TF.js layers, quantized', shards),
  ];
}

function graphModels(): FuzzedModel[] {
  const files = smallGraphModel().files();
  // Of pictures of any size: what lies beside it says which.
  const open = smallGraphModel(1, 3).files();
  return [
    ...byBytes('GraphModel', files),
    byValues('GraphModel', files),
    ...BESIDE.flatMap((file) => [
      ...byBytes('beside a model', [...open, file]).slice(-1),
      byValues(`${file.name} beside a model`, [...open, file], file),
    ]),
  ];
}

function onnxModels(): FuzzedModel[] {
  return (['ShuffleNet', 'MobileNetV2'] as const).flatMap((name) => {
    const file = { name: 'net.onnx', bytes: smallOnnx(name) };
    return [
      ...byBytes(`ONNX, ${name}`, [file]),
      {
        name: `ONNX, ${name}, by values`,
        files: (seed: number) => [{ ...file, bytes: mutatedOnnx(file.bytes, seededRandom(seed)) }],
      },
    ];
  });
}

/** Each of the files damaged in turn. */
function byBytes(name: string, files: readonly NamedFile[]): FuzzedModel[] {
  return files.map((file) => ({
    name: `${name}: ${file.name}`,
    files: (seed) => withFile(files, file, mutated(file.bytes, seededRandom(seed))),
  }));
}

/** The main file, which is JSON, or another one with one of its values changed. */
function byValues(name: string, files: readonly NamedFile[], file = files[0]): FuzzedModel {
  const text = new TextDecoder().decode(file?.bytes);
  return {
    name: `${name}, by values`,
    files: (seed) => {
      const value = mutatedJson(JSON.parse(text), seededRandom(seed));
      return withFile(files, file, jsonFile(value).bytes);
    },
  };
}

function withFile(files: readonly NamedFile[], file: NamedFile | undefined, bytes: Uint8Array): NamedFile[] {
  return files.map((each) => (each === file ? { ...each, bytes } : each));
}

function named(name: string, value: unknown): NamedFile {
  return { ...jsonFile(value), name };
}
