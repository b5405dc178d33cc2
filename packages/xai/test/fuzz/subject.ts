import { seededRandom, type FuzzSubject } from '@ablation-cam/tools/testing';
import {
  encodeNpy,
  loadModel,
  readInput,
  useBackend,
  type NamedFile,
  type Network,
} from '@ablation-cam/model';
import { fuzzedModels } from '@ablation-cam/model/testing';
import * as tf from '@tensorflow/tfjs';
import { createExplainer, type ExplanationResult } from '../../src/index.ts';

/** Beyond this many values the network is only loaded: whoever has such an input asked for the time. */
const MOST_VALUES = 100_000;

/** Grey, from dark to light. */
const PICTURE = encodeNpy(
  Uint8Array.from({ length: 48 }, (_, i) => 5 * i),
  [4, 4, 3],
);

/** What sizes that a network leaves open are. */
const OPEN_SIZE = 9;

const EXECUTORS = ['reference', 'tfjs', 'onnxruntime'] as const;

/** Models of every format: what can be loaded is explained, and an explanation holds finite numbers. */
export async function makeSubject(): Promise<FuzzSubject> {
  await useBackend('cpu');
  const models = await fuzzedModels();
  return {
    targets: models.map(({ name, files }) => ({
      name,
      read: (seed) => loadAndExplain(files(seed), seed),
    })),
    held: () => tf.memory().numTensors,
  };
}

async function loadAndExplain(files: readonly NamedFile[], seed: number): Promise<void> {
  const loaded = await loadModel(files);
  try {
    const { network, metadata } = loaded;
    const [first] = network.inputs;
    const isPicture = network.inputs.length === 1 && first?.shape.length === 3 && first.shape[2] === 3;
    const input = isPicture
      ? await readInput(PICTURE, { shape: first.shape, described: metadata.input })
      : randomInput(network, seed);
    if (input === null) return;
    const executor = EXECUTORS[seed % EXECUTORS.length] ?? 'reference';
    const explainer = await createExplainer(network, { executor, output: network.outputs[0]?.name });
    try {
      assertFinite(await explainer.explain(input));
    } finally {
      await explainer.dispose();
    }
  } finally {
    loaded.dispose();
  }
}

/** Values for each input of a network; null where there are too many. */
function randomInput({ inputs }: Network, seed: number): { data: Float32Array; shape: number[] }[] | null {
  const random = seededRandom(seed);
  const shapes = inputs.map(({ shape }) => shape.map((size) => size ?? OPEN_SIZE));
  const sizes = shapes.map((shape) => shape.reduce((product, size) => product * size, 1));
  if (sizes.some((size) => size > MOST_VALUES)) return null;
  return shapes.map((shape, i) => ({ shape, data: random.floats(sizes[i] ?? 0, 0, 1) }));
}

function assertFinite({ explanations }: ExplanationResult): void {
  for (const { classScore, probabilities, logits, weights, map, mapSigned, heatmap } of explanations) {
    for (const values of [
      [classScore],
      probabilities,
      logits,
      weights,
      map.data,
      mapSigned.data,
      heatmap.data,
    ]) {
      if (values?.every(Number.isFinite) === false)
        throw new Error('An explanation holds numbers that are not finite.');
    }
  }
}
