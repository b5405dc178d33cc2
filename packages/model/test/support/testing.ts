/** Model files for the tests of other packages; not published. */
export { smallGraphModel } from './graph-model/small-graph-model.ts';
export { smallOnnx } from './onnx/small-onnx.ts';
