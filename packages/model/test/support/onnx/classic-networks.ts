import type { TorchLayers } from './torch-layers.ts';

export const CLASSES = 5;

export function alexNet(t: TorchLayers, image: string): string {
  let x = t.relu(
    'features/features.1',
    t.conv('features/features.0', image, 6, { kernel: 11, stride: 4, padding: 2, bias: true }),
  );
  x = t.pool('MaxPool', 'features/features.2', x, 3, 2);
  x = t.relu('features/features.4', t.conv('features/features.3', x, 8, { kernel: 5, bias: true }));
  x = t.relu('features/features.6', t.conv('features/features.5', x, 6, { kernel: 3, bias: true }));
  x = t.pool('MaxPool', 'features/features.7', x, 2, 2);
  // AdaptiveAvgPool2d(1) of an even map is exported as an average pooling.
  x = t.pool('AveragePool', 'avgpool', x, 1, 1);
  x = t.flatten(x, 6 * 3 * 3);
  x = t.relu(
    'classifier/classifier.2',
    t.linear('classifier.1', t.same('Dropout', 'classifier/classifier.0', [x]), 12),
  );
  return t.linear('classifier.4', x, CLASSES);
}

/** Local response normalization over five channels, as PyTorch's exporter takes it apart. */
function localResponse(t: TorchLayers, at: string, x: string): string {
  const channels = t.channels(x);
  const [batch = '', all = '', height = ''] = [0, 1, 2].map((axis) => t.length(at, x, axis));
  const square = t.same('Mul', at, [x, x]);
  const apart = t.reshape(at, square, [batch, t.scalar(1), all, height, t.scalar(-1)], channels);
  const padded = t.node('Pad', at, [apart, t.b.ints([0, 0, 2, 0, 0, 0, 0, 2, 0, 0])]);
  const mean = t.node('AveragePool', at, [padded], { kernel_shape: [5, 1, 1], strides: [1, 1, 1] });
  const joined = t.node('Squeeze', at, [mean, t.b.ints([1])]);
  const shape = t.node('Shape', at, [x]);
  const around = t.node('Reshape', at, [joined, shape]);
  const scaled = t.node('Mul', at, [around, t.b.floats([], [0.5])]);
  const shifted = t.node('Add', at, [scaled, t.b.floats([], [1])]);
  return t.same('Div', at, [x, t.node('Pow', at, [shifted, t.b.floats([], [0.75])])]);
}

/** The first of its kind, with response normalization behind the first two convolutions. */
export function alexNetOf2012(t: TorchLayers, image: string): string {
  let x = t.relu(
    'features/relu1',
    t.conv('features/conv1', image, 8, { kernel: 11, stride: 4, padding: 2, bias: true }),
  );
  x = t.pool('MaxPool', 'features/pool1', localResponse(t, 'features/norm1', x), 3, 2);
  x = t.relu('features/relu2', t.conv('features/conv2', x, 12, { kernel: 5, groups: 2, bias: true }));
  x = localResponse(t, 'features/norm2', x);
  x = t.relu('features/relu3', t.conv('features/conv3', x, 6, { kernel: 3, bias: true }));
  x = t.pool('MaxPool', 'features/pool3', x, 3, 2);
  x = t.relu('classifier/relu4', t.linear('classifier/fc4', t.flatten(x, 6 * 3 * 3), 12));
  return t.linear('classifier/fc5', x, CLASSES);
}

export function googLeNet(t: TorchLayers, image: string): string {
  const basic = (at: string, x: string, filters: number, kernel: number, stride = 1): string =>
    t.relu(at, t.batchNorm(`${at}/bn`, t.conv(`${at}/conv`, x, filters, { kernel, stride }), 1e-3));
  let x = basic('conv1', image, 8, 7, 2);
  x = t.pool('MaxPool', 'maxpool1', x, 3, 2, 0, 1);
  x = basic('conv3', basic('conv2', x, 8, 1), 10, 3);
  for (const at of ['inception3a', 'inception3b']) {
    const branches = [
      basic(`${at}/branch1`, x, 4, 1),
      basic(`${at}/branch2/branch2.1`, basic(`${at}/branch2/branch2.0`, x, 4, 1), 6, 3),
      basic(`${at}/branch3/branch3.1`, basic(`${at}/branch3/branch3.0`, x, 2, 1), 4, 3),
      basic(`${at}/branch4/branch4.1`, t.pool('MaxPool', `${at}/branch4/branch4.0`, x, 3, 1, 1, 1), 4, 1),
    ];
    x = t.concat(at, branches);
    if (at === 'inception3a') x = t.pool('MaxPool', 'maxpool4', x, 2, 2, 0, 1);
  }
  return t.linear('fc', t.same('Dropout', 'dropout', [t.flatten(t.globalPool(x))]), CLASSES);
}

export function vgg(t: TorchLayers, image: string): string {
  let [x, index] = [image, 0];
  for (const [i, filters] of [6, 8, 8].entries()) {
    const at = (offset: number): string => `features/features.${String(index + offset)}`;
    x = t.relu(at(2), t.batchNorm(at(1), t.conv(at(0), x, filters, { kernel: 3, bias: true })));
    x = i < 2 ? t.pool('MaxPool', at(3), x, 2, 2) : x;
    index += 4;
  }
  x = t.relu('classifier/classifier.1', t.linear('classifier.0', t.flatten(x, 8 * 6 * 5), 10));
  return t.linear('classifier.3', x, CLASSES);
}

/** Blocks of a residual network; more than one group makes it a ResNeXt. */
export function residual(t: TorchLayers, image: string, groups: number): string {
  let x = t.relu('relu', t.batchNorm('bn1', t.conv('conv1', image, 8, { kernel: 7, stride: 2 })));
  x = t.pool('MaxPool', 'maxpool', x, 3, 2, 1);
  for (const [i, filters] of [8, 16].entries()) {
    const at = `layer${String(i + 1)}/layer${String(i + 1)}.0`;
    let y = t.relu(`${at}/relu`, t.batchNorm(`${at}/bn1`, t.conv(`${at}/conv1`, x, filters)));
    y = t.relu(
      `${at}/relu`,
      t.batchNorm(`${at}/bn2`, t.conv(`${at}/conv2`, y, filters, { kernel: 3, stride: i + 1, groups })),
    );
    y = t.batchNorm(`${at}/bn3`, t.conv(`${at}/conv3`, y, 2 * filters));
    const shortcut = t.batchNorm(
      `${at}/downsample/downsample.1`,
      t.conv(`${at}/downsample/downsample.0`, x, 2 * filters, { stride: i + 1 }),
    );
    x = t.relu(`${at}/relu`, t.same('Add', at, [y, shortcut]));
  }
  return t.linear('fc', t.flatten(t.globalPool(x)), CLASSES);
}

export function denseNet(t: TorchLayers, image: string): string {
  let x = t.pool(
    'MaxPool',
    'features/pool0',
    t.relu(
      'features/relu0',
      t.batchNorm('features/norm0', t.conv('features/conv0', image, 6, { kernel: 7, stride: 2 })),
    ),
    3,
    2,
    1,
  );
  for (let block = 1; block <= 2; block++) {
    const features = [x];
    for (let layer = 1; layer <= 2; layer++) {
      const at = `features/denseblock${String(block)}/denselayer${String(layer)}`;
      let y = t.concat(at, features);
      y = t.conv(`${at}/conv1`, t.relu(`${at}/relu1`, t.batchNorm(`${at}/norm1`, y)), 8);
      features.push(
        t.conv(`${at}/conv2`, t.relu(`${at}/relu2`, t.batchNorm(`${at}/norm2`, y)), 4, { kernel: 3 }),
      );
    }
    x = t.concat(`features/denseblock${String(block)}`, features);
    if (block === 1) {
      const at = 'features/transition1';
      x = t.pool(
        'AveragePool',
        `${at}/pool`,
        t.conv(`${at}/conv`, t.relu(`${at}/relu`, t.batchNorm(`${at}/norm`, x)), 6),
        2,
        2,
      );
    }
  }
  x = t.relu('', t.batchNorm('features/norm5', x));
  return t.linear('classifier', t.flatten(t.globalPool(x, '')), CLASSES);
}

export function squeezeNet(t: TorchLayers, image: string): string {
  let x = t.relu(
    'features/features.1',
    t.conv('features/features.0', image, 8, { kernel: 3, stride: 2, padding: 0, bias: true }),
  );
  x = t.pool('MaxPool', 'features/features.2', x, 3, 2, 0, 1);
  for (const [i, filters] of [4, 6].entries()) {
    const at = `features/features.${String(i + 3)}`;
    const squeezed = t.relu(`${at}/squeeze_activation`, t.conv(`${at}/squeeze`, x, filters, { bias: true }));
    const one = t.relu(
      `${at}/expand1x1_activation`,
      t.conv(`${at}/expand1x1`, squeezed, 2 * filters, { bias: true }),
    );
    const three = t.relu(
      `${at}/expand3x3_activation`,
      t.conv(`${at}/expand3x3`, squeezed, 2 * filters, { kernel: 3, bias: true }),
    );
    x = t.concat(at, [one, three]);
  }
  x = t.same('Dropout', 'classifier/classifier.0', [x]);
  x = t.relu('classifier/classifier.2', t.conv('classifier/classifier.1', x, CLASSES, { bias: true }));
  return t.flatten(t.globalPool(x, '/classifier/classifier.3'));
}

export function inception(t: TorchLayers, image: string): string {
  const basic = (
    at: string,
    x: string,
    filters: number,
    kernel: number,
    stride = 1,
    padding?: number,
  ): string =>
    t.relu(
      at,
      t.batchNorm(
        `${at}/bn`,
        t.conv(`${at}/conv`, x, filters, { kernel, stride, ...(padding === undefined ? {} : { padding }) }),
        1e-3,
      ),
    );
  let x = basic('Conv2d_1a_3x3', image, 6, 3, 2, 0);
  x = t.pool('MaxPool', 'maxpool1', x, 3, 2);
  const branches = [
    basic('Mixed_5b/branch1x1', x, 4, 1),
    basic('Mixed_5b/branch5x5_2', basic('Mixed_5b/branch5x5_1', x, 4, 1), 6, 5),
    basic('Mixed_5b/branch3x3dbl_2', basic('Mixed_5b/branch3x3dbl_1', x, 4, 1), 6, 3),
    basic('Mixed_5b/branch_pool', t.pool('AveragePool', 'Mixed_5b', x, 3, 1, 1), 4, 1),
  ];
  x = t.concat('Mixed_5b', branches);
  const reduced = [basic('Mixed_6a/branch3x3', x, 8, 3, 2, 0), t.pool('MaxPool', 'Mixed_6a', x, 3, 2)];
  x = t.concat('Mixed_6a', reduced);
  x = t.same('Dropout', 'dropout', [t.globalPool(x)]);
  return t.linear('fc', t.flatten(x), CLASSES);
}

/** A network of signals, with residual blocks. */
export function signals(t: TorchLayers, signal: string): string {
  let x = t.relu('relu', t.batchNorm('bn1', t.conv('conv1', signal, 8, { kernel: 7, stride: 2 })));
  x = t.pool('MaxPool', 'maxpool', x, 3, 2, 1);
  const y = t.conv(
    'layer1/conv2',
    t.relu('layer1/relu', t.conv('layer1/conv1', x, 8, { kernel: 3, bias: true })),
    8,
    { kernel: 3, dilation: 2, padding: 2 },
  );
  x = t.relu('layer1/relu', t.same('Add', 'layer1', [y, x]));
  const pooled = t.known(t.node('ReduceMean', '', [x], { axes: [-1], keepdims: 0 }), 8);
  const logits = t.linear('fc', pooled, CLASSES);
  return t.node('LogSoftmax', '', [logits], { axis: 1 });
}
