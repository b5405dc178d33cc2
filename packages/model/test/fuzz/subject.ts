import { decodeImage } from '#platform';
import {
  mutated,
  mutatedJson,
  seededRandom,
  type FuzzSubject,
  type FuzzTarget,
} from '@ablation-cam/tools/testing';
import * as tf from '@tensorflow/tfjs';
import {
  decodeNpy,
  encodeNpy,
  openImageFolder,
  readClassNames,
  readInput,
  useBackend,
} from '../../src/index.ts';
import { openHdf5 } from '../../src/files/hdf5/open-hdf5.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/files/safetensors.ts';
import { decodeSealedSafetensors, encodeSealedSafetensors } from '../../src/files/sealed-safetensors.ts';
import { decodeTrainingState, encodeTrainingState } from '../../src/training/training-state.ts';
import dataSets from '../golden/hdf5/data-sets.h5.bin';
import golden from '../golden/images.json';
import { jsonFile } from '../support/model-json.ts';
import { smallTrainingState } from '../support/small-training-state.ts';

/** Larger pictures than those of the tests take time, and are refused by this. */
const MOST_PIXELS = 1_000_000;

/** What this package reads besides models, which `xai` explains as well. */
export async function makeSubject(): Promise<FuzzSubject> {
  await useBackend('cpu');
  return {
    targets: [...pictures(), ...arrays(), ...classNames(), ...(await trainingStates())],
    held: () => tf.memory().numTensors,
  };
}

function pictures(): FuzzTarget[] {
  const files = golden.map(({ name, base64 }) => ({
    name,
    bytes: Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)),
  }));
  const whole = files[0]?.bytes ?? new Uint8Array();
  return [
    ...files.map(({ name, bytes }) =>
      damaged(`picture, ${name}`, bytes, (changed) =>
        decodeImage(changed, 'picture', { maxPixels: MOST_PIXELS }),
      ),
    ),
    damaged('folder of pictures', whole, (changed) =>
      openImageFolder([fileIn('a', whole), fileIn('a', changed), fileIn('b', whole)], {
        inputShape: [4, 4, 3],
      }),
    ),
  ];
}

/** As a browser gives the files of a folder that was chosen. */
function fileIn(folder: string, bytes: Uint8Array): File {
  const file = new File([Uint8Array.from(bytes)], `${String(bytes.length)}.png`);
  return Object.defineProperty(file, 'webkitRelativePath', { value: `set/${folder}/${file.name}` });
}

function arrays(): FuzzTarget[] {
  const npy = encodeNpy(Float32Array.from({ length: 24 }, Math.sin), [2, 3, 4]);
  const byteNpy = encodeNpy(
    Uint8Array.from({ length: 48 }, (_, i) => i),
    [4, 4, 3],
  );
  const safetensors = encodeSafetensors({
    tensors: [{ name: 'a', shape: [2, 3], values: new Float32Array(6) }],
    metadata: { format: 'x' },
  });
  return [
    damaged('npy', npy, (changed) => decodeNpy(changed)),
    damaged('npy as an input', byteNpy, (changed) => readInput(changed, { shape: [8, 8, 3] })),
    damaged('safetensors', safetensors, (changed) => decodeSafetensors(changed)),
    damaged('HDF5 data sets', dataSets, async (changed) => {
      const file = openHdf5('data.h5', changed);
      for (const name of ['whole', 'checked', 'half', 'a group/below/deep']) await file.tensor(name);
    }),
  ];
}

function classNames(): FuzzTarget[] {
  const lists: Readonly<Record<string, object>> = {
    'map from indices': { id2label: { 0: 'a', 1: 'b' } },
    'map to indices': { class_indices: { a: 0, b: 1, c: 2 } },
    list: ['a', 'b', ['n01', 'c']],
  };
  const text = new TextEncoder().encode('one\ntwo\nthree\nfour\n');
  return [
    damaged('class names, text', text, (changed) => readClassNames(changed)),
    ...Object.entries(lists).flatMap(([name, value]) => [
      damaged(`class names, ${name}`, jsonFile(value).bytes, (changed) => readClassNames(changed)),
      {
        name: `class names, ${name}, by values`,
        read: (seed: number) => readClassNames(jsonFile(mutatedJson(value, seededRandom(seed))).bytes),
      },
    ]),
  ];
}

async function trainingStates(): Promise<FuzzTarget[]> {
  const bytes = await encodeTrainingState(smallTrainingState());
  const { tensors, metadata } = await decodeSealedSafetensors(bytes, 'state');
  const state: unknown = JSON.parse(metadata['state'] ?? '');
  return [
    damaged('checkpoint', bytes, (changed) => decodeTrainingState(changed, 'state')),
    {
      // Sealed again: what is behind the checksum.
      name: 'checkpoint, by values',
      read: async (seed) => {
        const changed = JSON.stringify(mutatedJson(state, seededRandom(seed)));
        const file = await encodeSealedSafetensors({ tensors, metadata: { ...metadata, state: changed } });
        await decodeTrainingState(file, 'state');
      },
    },
  ];
}

function damaged(name: string, bytes: Uint8Array, read: (bytes: Uint8Array) => unknown): FuzzTarget {
  return { name, read: async (seed) => await read(mutated(bytes, seededRandom(seed))) };
}
