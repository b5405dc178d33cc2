import type { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import {
  anyAxis,
  asImage,
  copied,
  listed,
  positive,
  signed,
  someAxes,
  type Draw,
  type Drawn,
  type Draws,
} from './draw.ts';

const fraction = (b: OnnxBuilder, low: number, high: number): { readonly float: number } => ({
  float: b.random.uniform(low, high),
});

const batchNormalization: Draw = (b, { name, dims }) => {
  const [, channels = 1] = dims;
  const variance = b.floats([channels], b.random.floats(channels, 0.1, 2));
  const others = [0, 1, 2].map(() => b.weight([channels]));
  return b.node('BatchNormalization', [name, ...others, variance], { epsilon: fraction(b, 1e-5, 0.1) });
};

const layerNormalization: Draw = (b, x) => {
  const axis = anyAxis(b, x);
  const own = x.dims.slice(axis);
  const bias = b.random.integer(0, 1) === 0 ? [b.weight(own)] : [];
  return b.node('LayerNormalization', [x.name, b.weight(own), ...bias], {
    axis,
    epsilon: fraction(b, 1e-3, 0.1),
  });
};

const instanceNormalization: Draw = (b, { name, dims }) => {
  const [, channels = 1] = dims;
  return b.node('InstanceNormalization', [name, b.weight([channels]), b.weight([channels])], {
    epsilon: fraction(b, 1e-3, 0.1),
  });
};

const groupNormalization: Draw = (b, given) => {
  const x = copied(b, given, 1, 2);
  const [, channels = 2] = x.dims;
  const groups = b.random.pick([1, 2, channels]);
  // Before version 21 one of each group.
  const count = b.opset < 21 ? groups : channels;
  return b.node('GroupNormalization', [x.name, b.weight([count]), b.weight([count])], {
    num_groups: groups,
    epsilon: fraction(b, 1e-3, 0.1),
  });
};

/** Of numbers that differ, whatever is off: ONNX Runtime divides by the deviation as it is. */
const meanVarianceNormalization: Draw = (b, given) => {
  const x = [1, 2, 3].reduce<Drawn>((wide, axis) => copied(b, wide, axis, 2), asImage(b, given));
  const differing = b.node('Add', [x.name, b.weight(x.dims)]);
  const attributes = b.random.pick([{}, { axes: someAxes(b, x) }]);
  return b.node('MeanVarianceNormalization', [differing], attributes);
};

const softmax =
  (type: string): Draw =>
  (b, x) =>
    b.node(type, [x.name], { axis: anyAxis(b, x) });

/** ONNX Runtime takes windows of an odd size alone. */
const localResponse: Draw = (b, given) =>
  b.node('LRN', [asImage(b, given).name], {
    size: b.random.pick([1, 3, 5, 7]),
    alpha: fraction(b, 0.01, 1),
    beta: fraction(b, 0.3, 1),
    bias: fraction(b, 0.5, 2),
  });

const reduce =
  (type: string): Draw =>
  (b, x) => {
    const name = type === 'ReduceLogSum' ? positive(b, x.name) : x.name;
    const list = someAxes(b, x).map((axis) => signed(b, axis, x.dims.length));
    const { inputs, attributes } = listed(b, {
      since: type === 'ReduceSum' ? 13 : 18,
      attribute: 'axes',
      list,
    });
    const keepdims = { keepdims: b.random.integer(0, 1) };
    // Over all axes where none are named.
    if (b.random.integer(0, 4) === 0) return b.node(type, [name], keepdims);
    return b.node(type, [name, ...inputs], { ...attributes, ...keepdims });
  };

const REDUCTIONS =
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceSum ReduceSumSquare';

/** Operators that look at many numbers for each. */
export const statisticsDraws: Draws = {
  ...Object.fromEntries(REDUCTIONS.split(' ').map((type) => [type, reduce(type)])),
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LRN: localResponse,
  LayerNormalization: layerNormalization,
  LogSoftmax: softmax('LogSoftmax'),
  MeanVarianceNormalization: meanVarianceNormalization,
  Softmax: softmax('Softmax'),
};
