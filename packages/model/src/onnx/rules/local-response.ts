import type { GraphTensor } from '../../nodes/graph-builder.ts';
import { NoRule, type NodeContext } from '../../nodes/node-context.ts';
import { merge } from '../../nodes/operations/merging.ts';
import type { OnnxRule } from '../onnx-context.ts';

/**
 * x / (bias + alpha / size * sum of the squares of the `size` channels around)^beta: the sum is an average over channels as
 * positions, of which those beyond the ends are zeros that count.
 */
const localResponse: OnnxRule = (context) => {
  const { attributes } = context;
  const x = context.tensor(0);
  const size = attributes.int('size', 1);
  const [alpha, beta] = [attributes.float('alpha', 1e-4), attributes.float('beta', 0.75)];
  const bias = attributes.float('bias', 1);
  if (!(bias > 0 && alpha >= 0)) throw new NoRule('its root may be one of negative numbers');
  const square = merge(context, 'multiply', [x, x]);
  const around = meanAround(context, square, size);
  const norm = context.activation('power', context.affine(around, alpha, bias), -beta);
  return merge(context, 'multiply', [x, norm]);
};

/** The means over `size` channels around each, with zeros beyond the ends. */
function meanAround(context: NodeContext, tensor: GraphTensor, size: number): GraphTensor {
  const { builder } = context;
  const source = context.channelsLast(tensor);
  const shape = builder.shape(source);
  const channels = shape.at(-1) ?? 1;
  const positions = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const before = Math.floor((size - 1) / 2);
  const rows = builder.reshape(source, [positions, channels, 1]);
  const padded = context.add(
    { kind: 'pad', before: [0, before] },
    [rows],
    [positions, channels + size - 1, 1],
  );
  const window = { window: [1, size], strides: [1, 1], padBefore: [0, 0] };
  const means = context.add(
    { kind: 'pool', reduction: 'average', ...window },
    [padded],
    [positions, channels, 1],
  );
  return context.fromChannelsLast(builder.reshape(means, shape));
}

export const localResponseRules: Readonly<Record<string, OnnxRule>> = { LRN: localResponse };
