import type { NamedFile } from '../../src/index.ts';

/** A TF.js model of one convolution and one dense layer, [8, 2] to 3 classes, as data to be changed. */
export function smallModelJson(): {
  format: unknown;
  modelTopology: { class_name: string; config: { name: unknown; layers: Record<string, unknown>[] } };
  weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[];
} {
  const layer = (class_name: string, config: Record<string, unknown>): Record<string, unknown> => ({
    class_name,
    config,
  });
  return {
    format: 'layers-model',
    modelTopology: {
      class_name: 'Sequential',
      config: {
        name: 'small',
        layers: [
          layer('Conv1D', {
            name: 'conv',
            filters: 4,
            kernel_size: [3],
            strides: [1],
            padding: 'same',
            activation: 'relu',
            use_bias: true,
            batch_input_shape: [null, 8, 2],
            dtype: 'float32',
          }),
          layer('Flatten', { name: 'flatten' }),
          layer('Dense', { name: 'dense', units: 3, activation: 'softmax', use_bias: true }),
        ],
      },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [
          { name: 'conv/kernel', shape: [3, 2, 4], dtype: 'float32' },
          { name: 'conv/bias', shape: [4], dtype: 'float32' },
          { name: 'dense/kernel', shape: [32, 3], dtype: 'float32' },
          { name: 'dense/bias', shape: [3], dtype: 'float32' },
        ],
      },
    ],
  };
}

/** The values that go with it. */
export function smallModelWeights(): NamedFile {
  const values = Float32Array.from({ length: 24 + 4 + 96 + 3 }, (_, i) => Math.sin(i));
  return { name: 'weights.bin', bytes: new Uint8Array(values.buffer) };
}

export function jsonFile(value: unknown): NamedFile {
  return textFile(JSON.stringify(value));
}

export function textFile(text: string): NamedFile {
  return { name: 'model.json', bytes: new TextEncoder().encode(text) };
}

/** The small model as a functional one. */
export function functionalJson(): ReturnType<typeof smallModelJson> {
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

/** The small model with its kernels in fewer bytes, in two shards. */
export function quantizedModel(): NamedFile[] {
  const description = smallModelJson();
  const [kernel, , dense] = description.weightsManifest[0]?.weights ?? [];
  Object.assign(kernel ?? {}, { quantization: { dtype: 'uint8', scale: 0.01, min: -1 } });
  Object.assign(dense ?? {}, { quantization: { dtype: 'float16' } });
  const shards = [
    { name: 'group1-shard1of2.bin', bytes: ramp(100) },
    { name: 'group1-shard2of2.bin', bytes: ramp(24 + 4 * 4 + 2 * 96 + 4 * 3 - 100) },
  ];
  Object.assign(description.weightsManifest[0] ?? {}, { paths: shards.map(({ name }) => name) });
  return [jsonFile(description), ...shards];
}

/** Small numbers as biases in float32, too. */
function ramp(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i % 60);
}
