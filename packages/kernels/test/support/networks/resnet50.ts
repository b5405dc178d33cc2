import { NetworkBuilder, type Node } from './network-builder.ts';

/** He et al., "Deep Residual Learning", 50 layers, version 1, with Keras's names. */
export function resnet50(): NetworkBuilder {
  const net = new NetworkBuilder([224, 224, 3]);
  let x = net.activation(
    'conv1',
    normalized(net, 'conv1', net.convolution('conv1', net.input, 64, 7, 2)),
    'relu',
  );
  x = net.pool('pool1', x, 'max', 3, 2, false);
  const stages = [
    [64, 3],
    [128, 4],
    [256, 6],
    [512, 3],
  ] as const;
  stages.forEach(([filters, count], stage) => {
    for (let block = 1; block <= count; block++) {
      const stride = block === 1 && stage > 0 ? 2 : 1;
      x = bottleneck(net, `conv${stage + 2}_block${block}`, x, filters, stride, block === 1);
    }
  });
  net.dense('predictions', net.globalAverage('avg_pool', x), 1000);
  return net;
}

function bottleneck(
  net: NetworkBuilder,
  name: string,
  x: Node,
  filters: number,
  stride: number,
  projects: boolean,
): Node {
  const shortcut = projects
    ? normalized(net, `${name}_0`, net.convolution(`${name}_0`, x, 4 * filters, 1, stride))
    : x;
  let y = normalized(net, `${name}_1`, net.convolution(`${name}_1`, x, filters, 1, stride));
  y = net.activation(`${name}_1`, y, 'relu');
  y = normalized(net, `${name}_2`, net.convolution(`${name}_2`, y, filters, 3));
  y = net.activation(`${name}_2`, y, 'relu');
  y = normalized(net, `${name}_3`, net.convolution(`${name}_3`, y, 4 * filters, 1));
  return net.activation(`${name}_out`, net.merge(`${name}_add`, 'add', [shortcut, y]), 'relu');
}

function normalized(net: NetworkBuilder, name: string, x: Node): Node {
  return net.batchNormalization(`${name}_bn`, x);
}
