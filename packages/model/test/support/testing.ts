/** Model files for the tests of other packages; not published. */
export { smallOnnx } from './onnx/small-onnx.ts';
