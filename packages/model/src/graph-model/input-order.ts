import { channelsLast, isSame } from '../nodes/layout.ts';
import type { FileValue } from '../nodes/node-file.ts';
import { Attributes } from './attributes.ts';
import { isChannelsFirst } from './graph-model-context.ts';
import type { GraphModelFile } from './graph-model-file.ts';

/** Returns the axes of an input, without the batch, in the order in which users give it: channels last, whatever the file has. */
export function inputOrder(file: GraphModelFile, { tensor, shape }: FileValue): number[] {
  const rank = shape.length;
  const asIs = Array.from({ length: Math.max(0, rank - 1) }, (_, i) => i + 1);
  return rank >= 3 && hasChannelsFirst(file, tensor, rank) ? channelsLast(rank) : asIs;
}

/** Whether the first node behind an input that says where channels are has them first, or puts them last. */
function hasChannelsFirst({ nodes, weights }: GraphModelFile, input: string, rank: number): boolean {
  const names = new Set([input]);
  for (const node of nodes) {
    if (!node.inputs.some((name) => names.has(name))) continue;
    const attributes = new Attributes(node);
    if (attributes.has('data_format')) return isChannelsFirst(attributes);
    if (node.type === 'Transpose') {
      const perm = weights.get(node.inputs[1] ?? '')?.().values ?? [];
      return isSame([...perm], [0, ...channelsLast(rank)]);
    }
    for (const output of node.outputs) names.add(output);
  }
  return false;
}
