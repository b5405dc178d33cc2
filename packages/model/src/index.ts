export * from './errors.ts';
export * from './random/numpy-random.ts';
export * from './data/mnist1d/generate.ts';
export { mnist1dDefaults, type Mnist1dOptions } from './data/mnist1d/options.ts';
export { mnist1dClassNames } from './data/mnist1d/templates.ts';
export * from './evaluation/classification-metrics.ts';
export * from './evaluation/classification-report.ts';
export * from './evaluation/confusion-matrix.ts';
export * from './evaluation/mean-roc-curve.ts';
export * from './evaluation/multiclass-roc.ts';
export * from './evaluation/roc-curve.ts';
export { decodeNpy, encodeNpy, type NpyArray, type NpyData, type NpyType } from './input/npy.ts';
export * from './backend/use-backend.ts';
export { convNet1d, type ConvNet1dOptions } from './networks/convnet-1d.ts';
export type { ImageNetworkOptions, NetworkOptions } from './networks/options.ts';
export { smallMobileNet } from './networks/small-mobilenet.ts';
export { smallResNet } from './networks/small-resnet.ts';
export { vgg7 } from './networks/vgg7.ts';
export { layerGraph } from './graph/build-layer-graph.ts';
export type {
  GraphOutput,
  GraphTensor,
  LayerCall,
  LayerGraph,
  OpenShape,
  TensorId,
} from './graph/layer-graph.ts';
export { runLayerGraph } from './graph/run-layer-graph.ts';
export {
  layerCandidates,
  resolveOutput,
  resolveTarget,
  type LayerCandidate,
  type TargetLayer,
  type TargetSelection,
} from './graph/target.ts';
export { extractTail, type ExtractedTail } from './tail/extract-tail.ts';
export { readClassNames } from './input/class-names.ts';
export type { InputShape } from './input/input-shape.ts';
export type { MeanAndDeviation, Normalization } from './input/normalization.ts';
export {
  readInput,
  type ModelInput,
  type OriginalImage,
  type ReadInputOptions,
} from './input/read-input.ts';
export type { InputSource } from './input/read-source.ts';
export { activationField, weightField, type LayerActivation } from './graph/layer-fields.ts';
