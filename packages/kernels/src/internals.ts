/**
 * What executors on WebGPU are made of. The benchmark builds the loop of it that plans are measured against; nothing here is
 * published.
 */
export { DEFAULT_BUDGET_BYTES } from './plan/chunks.ts';
export { consumerCounts, liveNodes } from './plan/liveness.ts';
export { PlanContext } from './plan/plan-context.ts';
export { resultLayout, type Wanted } from './plan/result-layout.ts';
export { placeValues } from './plan/slots.ts';
export { targetNode } from './tail/nodes.ts';
export { BufferScope } from './webgpu/buffer-scope.ts';
export { ChunkedAblation, defaultMapMaker, type ChunkRequest } from './webgpu/chunked-ablation.ts';
export { prepareMaps } from './webgpu/map-launch.ts';
export { combineLaunch } from './webgpu/operations/elementwise.ts';
export { scoreLaunch, type RunShape } from './webgpu/operations/ends.ts';
export { LaunchEncoder, preparePipelines, type Launch } from './webgpu/operations/launch.ts';
export { wholeOf } from './webgpu/operations/result.ts';
export { COMBINE, SCORE } from './webgpu/operations/shaders.ts';
export type { ChunkOutput } from './webgpu/run-output.ts';
export { chunkBuffers } from './webgpu/steps/chunk-buffers.ts';
export { evaluateLaunches } from './webgpu/steps/input-steps.ts';
export { readResults } from './webgpu/steps/read-results.ts';
export { uploadConstants, type Uploaded } from './webgpu/steps/step-constants.ts';
export { StepContext } from './webgpu/steps/step-context.ts';
export { stepKernels } from './webgpu/steps/step-kernels.ts';
export { switchOffLaunches } from './webgpu/steps/switch-off.ts';
export { scoreCode } from './webgpu/variants.ts';
