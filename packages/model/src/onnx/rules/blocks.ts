import type { GraphTensor } from '../graph-builder.ts';
import { layoutOf } from '../layout.ts';
import { NoRule, type NodeContext, type NodeRule } from '../node-context.ts';

interface Blocks {
  readonly x: GraphTensor;
  readonly size: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

function blocksOf(context: NodeContext): Blocks {
  const [batch = 1, channels = 1, height = 1, width = 1] = context.dims();
  if (context.dims().length !== 4 || batch !== 1) throw new NoRule('its input is no image');
  return { x: context.tensor(0), size: context.attributes.int('blocksize', 1), channels, height, width };
}

/** Channels become places in blocks of positions: which channels, `mode` says. */
const depthToSpace: NodeRule = (context) => {
  const { builder } = context;
  const { x, size, channels, height, width } = blocksOf(context);
  const depth = channels / size ** 2;
  if (!Number.isInteger(depth)) throw new NoRule('its blocks do not fit its channels');
  const isColumns = context.attributes.text('mode', 'DCR') === 'CRD';
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
};

/** Places in blocks of positions become channels. */
const spaceToDepth: NodeRule = (context) => {
  const { builder } = context;
  const { x, size, channels, height, width } = blocksOf(context);
  const [rows, columns] = [height / size, width / size];
  if (!Number.isInteger(rows) || !Number.isInteger(columns))
    throw new NoRule('its blocks do not fit its positions');
  const parts = builder.reshapeTensor(x, [1, channels, rows, size, columns, size]);
  const moved = builder.transpose(parts.unordered ?? parts, [0, 3, 5, 1, 2, 4]);
  return builder.reshapeTensor(moved, [1, channels * size ** 2, rows, columns]);
};

/** Operators that exchange channels and positions. */
export const blockRules: Readonly<Record<string, NodeRule>> = {
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
