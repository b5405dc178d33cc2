/** Model files and layers of ours for the tests of other packages; not published. */
export { smallGraphModel } from './graph-model/small-graph-model.ts';
export { KerasConvolution } from '../../src/layers-of-our-own/keras-convolution.ts';
export { fuzzedModels, type FuzzedModel } from './fuzz/fuzzed-models.ts';
export { smallOnnx } from './onnx/small-onnx.ts';
