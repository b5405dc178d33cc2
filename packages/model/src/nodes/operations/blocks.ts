import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, layoutOf } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';

interface ImageSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

function sizeOf({ layout }: GraphTensor): ImageSize {
  const [batch = 1, channels = 1, height = 1, width = 1] = dimsOf(layout);
  if (layout.axes.length !== 4 || batch !== 1) throw new NoRule('its input is no image');
  return { channels, height, width };
}

/**
 * The channels of `[1, channels, height, width]` become places in blocks of positions.
 *
 * @param isColumns whether a result's channel is made of neighbors, and not of channels that lie apart
 */
export function depthToSpace(
  context: NodeContext,
  x: GraphTensor,
  size: number,
  isColumns: boolean,
): GraphTensor {
  const { builder } = context;
  const { channels, height, width } = sizeOf(x);
  const depth = channels / size ** 2;
  if (!Number.isInteger(depth)) throw new NoRule('its blocks do not fit its channels');
  const dims = isColumns ? [1, depth, size, size, height, width] : [1, size, size, depth, height, width];
  const parts = builder.reshapeTensor(x, dims);
  // Channels go behind the places first: an exchange of more than four axes is two of them.
  const order = isColumns ? [4, 5, 2, 3, 1] : [4, 5, 1, 2, 3];
  const node = builder.lay(
    parts.unordered ?? parts,
    order.map((axis) => [axis]),
  );
  const perm = isColumns ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  const moved = builder.transpose({ node, layout: layoutOf(dims, order) }, perm);
  return builder.reshapeTensor(moved, [1, depth, height * size, width * size]);
}

/** Places in blocks of positions of `[1, channels, height, width]` become channels. */
export function spaceToDepth({ builder }: NodeContext, x: GraphTensor, size: number): GraphTensor {
  const { channels, height, width } = sizeOf(x);
  const [rows, columns] = [height / size, width / size];
  if (!Number.isInteger(rows) || !Number.isInteger(columns))
    throw new NoRule('its blocks do not fit its positions');
  const parts = builder.reshapeTensor(x, [1, channels, rows, size, columns, size]);
  const moved = builder.transpose(parts.unordered ?? parts, [0, 3, 5, 1, 2, 4]);
  return builder.reshapeTensor(moved, [1, channels * size ** 2, rows, columns]);
}
