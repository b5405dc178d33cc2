export * from './errors.ts';
export { isTrap, memoryError } from './memory-error.ts';
export { optionalPackage } from './optional-package.ts';
export type * from './tail/tail.ts';
export type * from './graph/graph.ts';
export { cut, type Cut } from './graph/cut.ts';
export { nodesBetween } from './graph/nodes-between.ts';
export { graphCost, nodeCost, type GraphCost } from './graph/graph-cost.ts';
export type * from './operations/operation.ts';
export type { BufferRequest, Device } from './device/device.ts';
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
export { keepsMeans } from './operations/keeps-means.ts';
export { ownerOf, channelsPerVariant, type Owner } from './plan/owner.ts';
export { weightValues, type Weights, type WeightValues } from './plan/weights.ts';
export type * from './plan/steps.ts';
export type * from './plan/step-plan.ts';
export { referenceExecutor } from './reference/reference-executor.ts';
export { webGpuExecutor, type WebGpuExecutorOptions } from './webgpu/webgpu-executor.ts';
export type { MapMaker } from './webgpu/chunked-ablation.ts';
export type { LayoutName } from './webgpu/launch/layout.ts';
export { ADAPTER_MODELS, type AdapterModel, type AdapterModelName } from './webgpu/report/adapter-model.ts';
export {
  launchReport,
  type LaunchReport,
  type LaunchReportOptions,
  type ReportedDispatch,
} from './webgpu/report/launch-report.ts';
export { activate as activationValue } from './reference/activation-functions.ts';
export { channelNorm, channelWeight } from './ablation/channel-weights.ts';
export { weightedMap } from './ablation/weighted-map.ts';
export { tailOperations } from './operations/tail-operations.ts';
export { classesOf, largest, mapsPerInput } from './ablation/class-selection.ts';
export { countClamped, LARGEST_FLOAT, toFiniteFloat } from './ablation/float-range.ts';
export { throwIfAborted, validateInput } from './ablation/validate.ts';
export { ownerMap } from './plan/owner.ts';
export { type SlidingWindow } from './operations/sliding-window.ts';
export { factsOf } from './operations/operation-facts.ts';
export type { ChannelFlow, Facts } from './operations/facts.ts';
export { isLinearMerge } from './operations/merge.ts';
export { valueMade, valuesRead } from './plan/values-read.ts';
export { twoLogitRows } from './graph/two-logits.ts';
export { channelsOf, positionsOf, sizeOf, type Shape } from './tail/shape.ts';
export { findOnnxRuntime, NODE_ONLY, onnxRuntime, type FoundRuntime } from './onnxruntime/runtime.ts';
export { useThreads } from './onnxruntime/threads.ts';
export { onnxRuntimeExecutor, onnxRuntimeNetworkAblation } from './onnxruntime/onnxruntime-executor.ts';
export type {
  NetworkAblation,
  NetworkAblationInput,
  NetworkAblationOutput,
} from './programs/network-ablation.ts';
export { programExecutor } from './programs/program-executor.ts';
export type * from './programs/program-engine.ts';
