import { NetworkBuilder, type Node } from './network-builder.ts';

/** Huang et al., "Densely Connected Convolutional Networks", 121 layers, with Keras's names. */
export function densenet121(): NetworkBuilder {
  const net = new NetworkBuilder([224, 224, 3]);
  let x = net.activation(
    'conv1',
    net.batchNormalization('conv1_bn', net.convolution('conv1', net.input, 64, 7, 2)),
    'relu',
  );
  x = net.pool('pool1', x, 'max', 3, 2, false);
  [6, 12, 24, 16].forEach((count, stage) => {
    for (let block = 1; block <= count; block++) x = dense(net, `conv${stage + 2}_block${block}`, x);
    if (stage === 3) return;
    const name = `pool${stage + 2}`;
    x = net.convolution(name, normalized(net, name, x), net.channels(x) / 2, 1);
    x = net.pool(name, x, 'average', 2, 2);
  });
  net.dense('predictions', net.globalAverage('avg_pool', normalized(net, 'relu', x)), 1000);
  return net;
}

/** 32 channels more. */
function dense(net: NetworkBuilder, name: string, x: Node): Node {
  let y = net.convolution(`${name}_1`, normalized(net, `${name}_0`, x), 128, 1);
  y = net.convolution(`${name}_2`, normalized(net, `${name}_1`, y), 32, 3);
  const shape = [...net.shape(x).slice(0, -1), net.channels(x) + 32];
  return net.add(`${name}_concat`, { kind: 'concatenate', axis: 2 }, [x, y], shape);
}

function normalized(net: NetworkBuilder, name: string, x: Node): Node {
  return net.activation(`${name}_relu`, net.batchNormalization(`${name}_bn`, x), 'relu');
}
