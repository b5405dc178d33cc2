import { NetworkBuilder, type Node } from './network-builder.ts';

/** Tan and Le, "EfficientNet", B0, with Keras's names. */
export function efficientNetB0(): NetworkBuilder {
  const net = new NetworkBuilder([224, 224, 3]);
  let x = activated(net, 'stem', net.convolution('stem', net.input, 32, 3, 2));
  const stages = [
    [1, 16, 1, 1, 3],
    [6, 24, 2, 2, 3],
    [6, 40, 2, 2, 5],
    [6, 80, 3, 2, 3],
    [6, 112, 3, 1, 5],
    [6, 192, 4, 2, 5],
    [6, 320, 1, 1, 3],
  ] as const;
  stages.forEach(([expansion, filters, count, firstStride, size], stage) => {
    for (let i = 0; i < count; i++) {
      const name = `block${stage + 1}${'abcd'.charAt(i)}`;
      x = block(net, name, x, { expansion, filters, stride: i === 0 ? firstStride : 1, size });
    }
  });
  x = activated(net, 'top', net.convolution('top', x, 1280, 1));
  net.dense('predictions', net.globalAverage('avg_pool', x), 1000);
  return net;
}

function block(
  net: NetworkBuilder,
  name: string,
  x: Node,
  settings: { expansion: number; filters: number; stride: number; size: number },
): Node {
  const { expansion, filters, stride, size } = settings;
  const inputs = net.channels(x);
  let y = x;
  if (expansion > 1)
    y = activated(net, `${name}_expand`, net.convolution(`${name}_expand`, x, expansion * inputs, 1));
  y = activated(net, name, net.depthwise(`${name}_dwconv`, y, size, stride));
  let gate = net.globalAverage(`${name}_se_squeeze`, y, [1, 1]);
  gate = net.convolution(`${name}_se_reduce`, gate, inputs / 4, 1);
  gate = net.activation(`${name}_se_reduce`, gate, 'swish');
  gate = net.convolution(`${name}_se_expand`, gate, net.channels(y), 1);
  gate = net.activation(`${name}_se_expand`, gate, 'sigmoid');
  y = net.merge(`${name}_se_excite`, 'multiply', [y, gate]);
  y = net.batchNormalization(`${name}_project_bn`, net.convolution(`${name}_project`, y, filters, 1));
  return stride === 1 && inputs === filters ? net.merge(`${name}_add`, 'add', [y, x]) : y;
}

function activated(net: NetworkBuilder, name: string, x: Node): Node {
  return net.activation(`${name}_activation`, net.batchNormalization(`${name}_bn`, x), 'swish');
}
