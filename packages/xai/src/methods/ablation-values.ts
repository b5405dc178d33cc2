import * as tf from '@tensorflow/tfjs';
import type { AblationValue } from '@ablation-cam/kernels';
import { activationField, weightField, type TargetLayer } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import type { Ablation } from '../explanation/options.ts';

/**
 * Returns what stands for "off" in each channel of the target.
 *
 * @throws XaiError `invalid-option` where the layer has no filter to zero, or a list has the wrong length
 */
export async function ablationValue(ablation: Ablation, target: TargetLayer): Promise<AblationValue> {
  const channels = target.shape.at(-1) ?? 0;
  if (ablation === 'zero') return { kind: 'values', values: new Float32Array(channels) };
  if (ablation === 'channel-mean') return { kind: 'channel-mean' };
  if (ablation === 'zero-kernel') return { kind: 'values', values: await zeroKernelValues(target, channels) };
  if (ablation.length !== channels) {
    throw new XaiError(
      'invalid-option',
      `Layer "${target.layerCall.name}" has ${String(channels)} channels, got ${String(ablation.length)} ablation values.`,
    );
  }
  const values = Float32Array.from(ablation);
  if (!values.every(Number.isFinite))
    throw new XaiError('invalid-option', 'An ablation value is not a finite number.');
  return { kind: 'values', values };
}

/** Where the layers with filters keep them among their weights; the flat index of a filter's values is k modulo K. */
const FILTER_WEIGHT: Readonly<Record<string, number>> = {
  Conv1D: 0,
  Conv2D: 0,
  Dense: 0,
  DepthwiseConv2D: 0,
  // The pointwise filter is the one with the output's channels.
  SeparableConv2D: 1,
};

/**
 * Returns the position of the target layer's filter in `layer.getWeights()`.
 *
 * @throws XaiError `invalid-option` where the layer has none
 */
export function filterWeight({ layerCall }: TargetLayer): number {
  const layerClass = layerCall.layer.getClassName();
  const position = FILTER_WEIGHT[layerClass];
  if (position !== undefined && layerCall.part === 'whole') return position;
  throw new XaiError(
    'invalid-option',
    `Layer "${layerCall.name}" (${layerClass}) has no filter to set to zero; ` +
      'use the ablation zero, channel-mean or one value a channel.',
  );
}

/** activation(bias_k), or activation(0) of a layer without bias. */
async function zeroKernelValues(target: TargetLayer, channels: number): Promise<Float32Array> {
  const { layer } = target.layerCall;
  filterWeight(target);
  const values = tf.tidy(() => {
    const preActivation = weightField(layer, 'bias')?.reshape([1, channels]) ?? tf.zeros([1, channels]);
    return activationField(layer)?.apply(preActivation) ?? preActivation.clone();
  });
  try {
    return Float32Array.from(await values.data());
  } finally {
    values.dispose();
  }
}
