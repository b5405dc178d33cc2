import { seededRandom } from '@ablation-cam/tools/testing';
import { architectures } from './architectures.ts';
import { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { TorchLayers } from './torch-layers.ts';

/** An ONNX file with nodes of many kinds, and sizes that nodes compute. */
export function smallOnnx(): Uint8Array {
  const { input = [], write } = architectures['ShuffleNet'] ?? {};
  const builder = new OnnxBuilder(seededRandom(1), 14);
  const layers = new TorchLayers(builder);
  const [, channels = 1, ...positions] = input;
  builder.output(write?.(layers, layers.input('input', channels, ...positions)) ?? '', ['batch', 5]);
  return builder.bytes();
}
