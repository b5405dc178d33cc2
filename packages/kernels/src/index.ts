export * from './errors.ts';
export { isTrap, memoryError } from './memory-error.ts';
export { optionalPackage } from './optional-package.ts';
export type * from './tail/tail.ts';
export type * from './graph/graph.ts';
export { cut, type Cut } from './graph/cut.ts';
export { graphCost, nodeCost, type GraphCost } from './graph/graph-cost.ts';
export type * from './operations/operation.ts';
export { Device, type BufferRequest } from './device/device.ts';
export { requestDevice, wrapDevice, type DeviceOptions } from './device/request-device.ts';
export type { AdapterDescription, AdapterInfo, AdapterPreference } from './device/adapter.ts';
export type { Overrides, Shader } from './device/pipeline-cache.ts';
export { BufferUsage } from './device/usage.ts';
export { exposeWebGpu } from '#platform';
export type * from './ablation/contract.ts';
export { planAblation, planCost, type Plan, type PlanCost, type SeparablePlan } from './plan/plan.ts';
export { planTail } from './plan/plan-tail.ts';
export {
  describePlan,
  type ChunkDescription,
  type OperationCounts,
  type PlanDescription,
  type PlanRatios,
  type StepDescription,
} from './plan/describe-plan.ts';
export { planSteps, DEFAULT_LIMITS, type PlanOptions } from './plan/plan-steps.ts';
export {
  bytesPerInput,
  bytesPerVariant,
  chunkSizes,
  chunksPerInput,
  runBytes,
  type ChunkSizes,
} from './plan/chunk-sizes.ts';
export type { Fusion } from './plan/plan-context.ts';
export { ownerOf, channelsPerVariant, type Owner } from './plan/owner.ts';
export { weightValues, type Weights, type WeightValues } from './plan/weights.ts';
export type * from './plan/steps.ts';
export type * from './plan/step-plan.ts';
export { referenceExecutor } from './reference/reference-executor.ts';
export { webGpuExecutor, type WebGpuExecutorOptions } from './webgpu/webgpu-executor.ts';
export { type MapMaker } from './webgpu/chunked-ablation.ts';
export type { LayoutName } from './webgpu/launch/layout.ts';
export { ADAPTER_MODELS, type AdapterModel, type AdapterModelName } from './webgpu/report/adapter-model.ts';
export {
  launchReport,
  type LaunchReport,
  type LaunchReportOptions,
  type ReportedDispatch,
} from './webgpu/report/launch-report.ts';
export { activate as activationValue } from './reference/activation-functions.ts';
export { evaluateTail } from './reference/evaluate-tail.ts';
export { channelNorm, channelWeight } from './ablation/channel-weights.ts';
export { weightedMap } from './ablation/weighted-map.ts';
export { tailOperations } from './operations/tail-operations.ts';
export { scoreChange, type ScoreChange } from './reference/score-change.ts';
export { RunResults } from './reference/run-results.ts';
export type { InputWeights } from './reference/input-weights.ts';
export type { OpenOutput } from './ablation/open-output.ts';
export { classesOf, largest, mapsPerInput } from './ablation/class-selection.ts';
export { countClamped, LARGEST_FLOAT, toFiniteFloat } from './ablation/float-range.ts';
export { throwIfAborted, validateInput } from './ablation/validate.ts';
export { ownerMap } from './plan/owner.ts';
export { type SlidingWindow } from './operations/sliding-window.ts';
export { factsOf } from './operations/operation-facts.ts';
export type { ChannelFlow, Facts } from './operations/facts.ts';
export { isLinearMerge } from './operations/merge.ts';
export { valueMade, valuesRead } from './plan/values-read.ts';
export { kernelsInTurns } from './lowering/kernels-in-turns.ts';
export { LastStep, lastStepOf } from './lowering/last-step.ts';
export { lengthIn, shapeIn, type Chunk, type Length, type ProgramShape } from './lowering/length.ts';
export { lowerPlan, type LoweringOptions, type PlanProgram } from './lowering/lower-plan.ts';
export { lowerNetworkPlan } from './lowering/lower-network-plan.ts';
export { twoLogitRows } from './graph/two-logits.ts';
export type * from './lowering/primitives.ts';
export type {
  GivenTensor,
  Program,
  ProgramConstant,
  ProgramNode,
  ProgramOutput,
  Tensor as ProgramTensor,
} from './lowering/program.ts';
export { channelsOf, positionsOf, sizeOf, type Shape } from './tail/shape.ts';
export { lowerGraph, nodesBetween, type GraphProgram } from './lowering/lower-graph.ts';
export { GraphSession } from './onnxruntime/graph-session.ts';
export { ModelSession, type ModelTensorData } from './onnxruntime/model-session.ts';
export { findOnnxRuntime, NODE_ONLY, onnxRuntime, type FoundRuntime } from './onnxruntime/runtime.ts';
export type { SessionOptions } from './onnxruntime/session.ts';
export { useThreads } from './onnxruntime/threads.ts';
export { onnxRuntimeExecutor, onnxRuntimeNetworkAblation } from './onnxruntime/onnxruntime-executor.ts';
export type {
  NetworkAblation,
  NetworkAblationInput,
  NetworkAblationOutput,
} from './programs/network-ablation.ts';
export { programExecutor } from './programs/program-executor.ts';
export type * from './programs/program-engine.ts';
