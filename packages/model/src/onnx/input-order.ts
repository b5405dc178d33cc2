import { channelsLast, isSame } from '../nodes/layout.ts';
import type { FileValue } from '../nodes/node-file.ts';
import type { OnnxFile, OnnxNode } from './onnx-file.ts';

/** Operators that say nothing of where channels are. */
const PASSING = new Set(['Cast', 'Identity', 'Add', 'Sub', 'Mul', 'Div', 'Pad', 'Clip', 'Relu', 'Sigmoid']);

/** Operators whose channels are the axis behind the batch. */
const CHANNELS_FIRST = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'BatchNormalization',
  'InstanceNormalization',
  'LRN',
  'LpPool',
  'DepthToSpace',
  'SpaceToDepth',
]);

/**
 * Returns the axes of an input, without the batch, in the order in which users give it: channels last. ONNX's convolutions have
 * them first; a network that begins with a transposition to that has them last already.
 */
export function inputOrder(file: OnnxFile, { tensor, shape }: FileValue): number[] {
  const rank = shape.length;
  const asIs = Array.from({ length: Math.max(0, rank - 1) }, (_, i) => i + 1);
  if (rank < 3) return asIs;
  const first = firstUser(file, tensor);
  if (first?.type === 'Transpose') {
    const perm = first.attributes.get('perm')?.ints.map(Number) ?? [];
    if (isSame(perm, [0, rank - 1, ...asIs.slice(0, -1)])) return asIs;
  }
  if (first && CHANNELS_FIRST.has(first.type)) return channelsLast(rank);
  const isLast = [1, 3, 4].includes(shape.at(-1) ?? 0) && ![1, 3, 4].includes(shape[1] ?? 0);
  return isLast ? asIs : channelsLast(rank);
}

/** The first node on the way of the input that says where its channels are. */
function firstUser({ nodes }: OnnxFile, input: string): OnnxNode | null {
  const names = new Set([input]);
  for (const node of nodes) {
    if (!node.inputs.some((name) => names.has(name))) continue;
    if (!PASSING.has(node.type)) return node;
    for (const output of node.outputs) names.add(output);
  }
  return null;
}
