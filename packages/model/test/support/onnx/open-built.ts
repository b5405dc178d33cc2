import { OnnxNetwork } from '../../../src/onnx/onnx-network.ts';
import { readOnnx } from '../../../src/onnx/read-onnx.ts';
import type { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';

/** The network of what a builder wrote. */
export async function openBuilt(builder: OnnxBuilder): Promise<OnnxNetwork> {
  const sibling = (): Promise<Uint8Array> => Promise.reject(new Error('There is no other file.'));
  const file = await readOnnx({ name: 'net.onnx', bytes: builder.bytes(), sibling });
  return new OnnxNetwork(file);
}
