import * as tf from '@tensorflow/tfjs';

/**
 * Makes the convolutions of the WASM backend right where `same` padding would be negative.
 *
 * As shipped (4.22) they leave `same` padding to XNNPACK. Where the windows leave cells at the end of an axis unread - a
 * window of 1 with stride 2 over an even length - the padding it works out is negative, and results differ from those of
 * every other backend by as much as the values themselves. Given as numbers, the padding is right. Delete this when
 * upstream's kernels pass the test.
 */
export function repairSamePadding(): void {
  for (const { name, isDepthwise } of CONVOLUTIONS) {
    const stock = tf.getKernel(name, 'wasm');
    if (repaired.has(stock.kernelFunc)) continue;
    const kernelFunc: tf.KernelFunc = (call) => stock.kernelFunc(withPaddingAsNumbers(call, isDepthwise));
    repaired.add(kernelFunc);
    tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({ ...stock, kernelFunc });
  }
}

const CONVOLUTIONS = [
  { name: tf.Conv2D, isDepthwise: false },
  { name: tf.FusedConv2D, isDepthwise: false },
  { name: tf.DepthwiseConv2dNative, isDepthwise: true },
  { name: tf.FusedDepthwiseConv2D, isDepthwise: true },
] as const;

const repaired = new Set<tf.KernelFunc>();

type KernelCall = Parameters<tf.KernelFunc>[0];

/** The layer DepthwiseConv2D gives no dilations, which the types of TF.js do not say. */
type ConvolutionAttributes = Omit<tf.Conv2DAttrs, 'dilations'> & {
  readonly dilations: tf.Conv2DAttrs['dilations'] | null;
};

function withPaddingAsNumbers(call: KernelCall, isDepthwise: boolean): KernelCall {
  const attrs = call.attrs as unknown as ConvolutionAttributes;
  const { x, filter } = call.inputs;
  if (attrs.pad !== 'same' || attrs.dataFormat === 'NCHW' || !x || !filter) return call;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number, number],
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    isDepthwise,
  );
  const unreadRows = info.inHeight - (info.outHeight - 1) * info.strideHeight - info.effectiveFilterHeight;
  const unreadColumns = info.inWidth - (info.outWidth - 1) * info.strideWidth - info.effectiveFilterWidth;
  if (unreadRows <= 0 && unreadColumns <= 0) return call;
  const { top, bottom, left, right } = info.padInfo;
  const pad: tf.Conv2DAttrs['pad'] = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return { ...call, attrs: { ...call.attrs, pad } };
}
