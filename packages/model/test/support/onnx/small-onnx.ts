import { seededRandom } from '@ablation-cam/tools/testing';
import { architectures } from './architectures.ts';
import { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { TorchLayers } from './torch-layers.ts';

/** A narrow network as PyTorch exports it; that of ShuffleNet has nodes of many kinds, and sizes that nodes compute. */
export function smallOnnx(name: keyof typeof architectures = 'ShuffleNet', seed = 1): Uint8Array {
  const { input = [], write } = architectures[name] ?? {};
  const builder = new OnnxBuilder(seededRandom(seed), 14);
  const layers = new TorchLayers(builder);
  const [, channels = 1, ...positions] = input;
  builder.output(write?.(layers, layers.input('input', channels, ...positions)) ?? '', ['batch', 5]);
  return builder.bytes();
}
