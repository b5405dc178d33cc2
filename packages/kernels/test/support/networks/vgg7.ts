import { NetworkBuilder } from './network-builder.ts';

/** Four convolutions in two blocks, as for the histology images: 224 x 224, 8 classes. */
export function vgg7(): NetworkBuilder {
  const net = new NetworkBuilder([224, 224, 3]);
  const convolution = (name: string, x: number, filters: number): number =>
    net.activation(name, net.convolution(name, x, filters, 3), 'relu');
  let x = convolution('conv2d_1', convolution('conv2d', net.input, 32), 32);
  x = net.pool('max_pooling2d', x, 'max', 2, 2);
  x = convolution('conv2d_3', convolution('conv2d_2', x, 64), 64);
  x = net.pool('max_pooling2d_1', x, 'max', 2, 2);
  net.dense('dense', net.globalAverage('global_average_pooling2d', x), 8);
  return net;
}
