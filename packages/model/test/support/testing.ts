/** Model files and layers of ours for the tests of other packages; not published. */
export { KerasConvolution } from '../../src/layers-of-our-own/keras-convolution.ts';
export { fuzzedModels, type FuzzedModel } from './fuzz/fuzzed-models.ts';
export { GraphModelBuilder } from './graph-model/graph-model-builder.ts';
export * as graphModelDraws from './graph-model/draws/table.ts';
export { smallGraphModel } from './graph-model/small-graph-model.ts';
export * as onnxDraws from './onnx/draws/table.ts';
export { smallOnnx } from './onnx/small-onnx.ts';
