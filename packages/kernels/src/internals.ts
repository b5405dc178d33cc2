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
export { floats, type BufferSpec } from './webgpu/launch/buffer-spec.ts';
export { encodeLaunches, Frame, type FrameOwner } from './webgpu/launch/frame.ts';
export type { Launch } from './webgpu/launch/launch.ts';
export { LAYOUTS, layoutFor } from './webgpu/launch/layout.ts';
export { Pipelines } from './webgpu/launch/pipelines.ts';
export { LaunchWorkspace } from './webgpu/launch/launch-workspace.ts';
export { mapLaunches } from './webgpu/map-launch.ts';
export { combineLaunches } from './webgpu/operations/elementwise.ts';
export { scoreLaunches, switchOffLaunches, type RunShape } from './webgpu/operations/ends.ts';
export { wholeOf } from './webgpu/operations/result.ts';
export { kernelsOf, settingsOf, type ChunkProgram } from './webgpu/program/chunk-program.ts';
export { fillTensors, runChunk } from './webgpu/program/run-chunk.ts';
export { classSetting, offSetting } from './webgpu/program/settings.ts';
export type { ChunkOutput } from './webgpu/run-output.ts';
export { evaluateLaunches } from './webgpu/steps/input-steps.ts';
export { constantsOf, type StepConstants } from './webgpu/steps/step-constants.ts';
export { StepContext } from './webgpu/steps/step-context.ts';
export { chunkBuffers, runShape } from './webgpu/steps/step-program.ts';
export { scoreCode } from './webgpu/variants.ts';
