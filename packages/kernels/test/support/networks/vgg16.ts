import { NetworkBuilder } from './network-builder.ts';

/** Simonyan and Zisserman, "Very Deep Convolutional Networks", configuration D, with Keras's names. */
export function vgg16(): NetworkBuilder {
  const net = new NetworkBuilder([224, 224, 3]);
  let x = net.input;
  const blocks = [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ] as const;
  blocks.forEach(([filters, count], block) => {
    for (let i = 1; i <= count; i++) {
      const name = `block${block + 1}_conv${i}`;
      x = net.activation(name, net.convolution(name, x, filters, 3), 'relu');
    }
    x = net.pool(`block${block + 1}_pool`, x, 'max', 2, 2);
  });
  x = net.flatten('flatten', x);
  x = net.activation('fc1', net.dense('fc1', x, 4096), 'relu');
  x = net.activation('fc2', net.dense('fc2', x, 4096), 'relu');
  net.dense('predictions', x, 1000);
  return net;
}
