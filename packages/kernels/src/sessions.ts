/**
 * Networks on ONNX Runtime; from outside `@ablation-cam/kernels/sessions`. Apart from the rest, which pages load without it.
 */
export { GraphSession } from './onnxruntime/graph-session.ts';
export { ModelSession, type ModelTensorData } from './onnxruntime/model-session.ts';
export type { SessionOptions } from './onnxruntime/session.ts';
