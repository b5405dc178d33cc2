import { seededRandom } from '@ablation-cam/tools/testing';
import { GraphModelBuilder } from './graph-model-builder.ts';

const NET = 'StatefulPartitionedCall/net';

/** A small classifier of images of any size, with the fused nodes and the paths that the converter makes of Keras's layers. */
export function smallGraphModel(seed = 1, channels = 2): GraphModelBuilder {
  const b = new GraphModelBuilder(seededRandom(seed));
  const image = b.input('image', [-1, -1, -1, channels]);
  const sliding = { padding: 'SAME', strides: [1, 1, 1, 1] };
  const first = b.node(
    '_FusedConv2D',
    [image, b.weight([3, 3, channels, 4]), b.weight([4])],
    { ...sliding, strides: [1, 2, 2, 1], fused_ops: ['BiasAdd', 'Relu6'], num_args: 1 },
    `${NET}/first/Relu6`,
  );
  const depthwise = b.node(
    'DepthwiseConv2dNative',
    [first, b.weight([3, 3, 4, 1])],
    sliding,
    `${NET}/depthwise/depthwise`,
  );
  const second = b.node(
    'Relu6',
    [b.node('AddV2', [depthwise, b.weight([4])], {}, `${NET}/second/add`)],
    {},
    `${NET}/second/Relu6`,
  );
  const pooled = b.node('Mean', [second, b.ints([1, 2])], { keep_dims: false }, `${NET}/pool/Mean`);
  const dense = b.node(
    '_FusedMatMul',
    [pooled, b.weight([4, 3], 3), b.weight([3])],
    { transpose_a: false, transpose_b: false, fused_ops: ['BiasAdd'], num_args: 1 },
    `${NET}/dense/BiasAdd`,
  );
  b.output(b.node('Softmax', [dense], {}, `${NET}/Softmax`), 'scores');
  return b;
}
