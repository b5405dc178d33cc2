import { NetworkBuilder, type Node } from './network-builder.ts';

/** Sandler et al., "MobileNetV2", width 1, with Keras's names; `head` are the units of its dense layers. */
export function mobileNetV2(head: readonly number[]): NetworkBuilder {
  const net = new NetworkBuilder([224, 224, 3]);
  let x = activated(net, 'Conv1', net.convolution('Conv1', net.input, 32, 3, 2));
  const stages = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  let block = 0;
  for (const [expansion, filters, count, firstStride] of stages) {
    for (let i = 0; i < count; i++) {
      x = invertedResidual(net, `block_${block++}`, x, expansion, filters, i === 0 ? firstStride : 1);
    }
  }
  x = activated(net, 'Conv_1', net.convolution('Conv_1', x, 1280, 1));
  x = net.globalAverage('global_average_pooling2d', x);
  head.forEach((units, i) => {
    x = net.dense(`dense_${i}`, x, units);
    if (i < head.length - 1) x = net.activation(`dense_${i}`, x, 'relu');
  });
  return net;
}

function invertedResidual(
  net: NetworkBuilder,
  name: string,
  x: Node,
  expansion: number,
  filters: number,
  stride: number,
): Node {
  let y = x;
  if (expansion > 1) {
    y = activated(
      net,
      `${name}_expand`,
      net.convolution(`${name}_expand`, x, expansion * net.channels(x), 1),
    );
  }
  y = activated(net, `${name}_depthwise`, net.depthwise(`${name}_depthwise`, y, 3, stride));
  y = net.batchNormalization(`${name}_project_BN`, net.convolution(`${name}_project`, y, filters, 1));
  return stride === 1 && net.channels(x) === filters ? net.merge(`${name}_add`, 'add', [x, y]) : y;
}

function activated(net: NetworkBuilder, name: string, x: Node): Node {
  return net.activation(`${name}_relu`, net.batchNormalization(`${name}_BN`, x), 'relu6');
}
