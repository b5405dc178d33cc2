import type { OpenedSource } from '../files/model-source.ts';
import { GraphNetwork } from '../nodes/graph-network.ts';
import { inputOrder } from './input-order.ts';
import { joinParts } from './join-parts.ts';
import type { OnnxFile, OnnxNode } from './onnx-file.ts';
import { onnxFormat } from './onnx-format.ts';
import { readOnnx } from './read-onnx.ts';

/** Reads the network of an ONNX file. @throws ModelError as `readOnnx` and `GraphNetwork` do */
export async function loadOnnx(
  opened: Pick<OpenedSource, 'name' | 'bytes' | 'sibling'>,
): Promise<GraphNetwork<OnnxNode>> {
  const file: OnnxFile = joinParts(await readOnnx(opened));
  const inputOrders = file.inputs.map((input) => inputOrder(file, input));
  return new GraphNetwork(file, { ...onnxFormat(file), inputOrders });
}
