import type { OpenedSource } from '../files/model-source.ts';
import { OnnxNetwork } from './onnx-network.ts';
import { readOnnx } from './read-onnx.ts';

/** Reads the network of an ONNX file. @throws ModelError as `readOnnx` and `OnnxNetwork` do */
export async function loadOnnx(opened: OpenedSource): Promise<OnnxNetwork> {
  return new OnnxNetwork(await readOnnx(opened));
}
