import type { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import type { Network } from '../../../src/index.ts';
import { loadOnnx } from '../../../src/onnx/load-onnx.ts';

/** The network of what a builder wrote. */
export async function openBuilt(builder: OnnxBuilder): Promise<Network> {
  const sibling = (): Promise<Uint8Array> => Promise.reject(new Error('There is no other file.'));
  return loadOnnx({ name: 'net.onnx', bytes: builder.bytes(), sibling });
}
