import type { AblationInput, Norm, TensorSource, Weighting } from '../../ablation/contract.ts';
import type { Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import { CHANNEL_LANES, elementsPerInput, scratchHalf } from '../../plan/chunks.ts';
import type { SeparablePlan } from '../../plan/plan.ts';
import { resultLayout } from '../../plan/result-layout.ts';
import { sizeOf } from '../../tail/shape.ts';
import { ablationValues, OFF_MODES } from '../ablation-values.ts';
import type { ChunkRequest, InputChunk } from '../chunked-ablation.ts';
import { chunkClasses } from '../class-table.ts';
import { mapGrid, mapParameters } from '../map-launch.ts';
import type { PassTimer } from '../pass-timer.ts';
import { REDUCTION_CODES } from '../reduction-codes.ts';
import type { ChunkOutput } from '../run-output.ts';
import type { ChunkFrame } from './chunk-frame.ts';
import type { FramePool } from './frame-pool.ts';
import type { Program } from './program.ts';

/** What a plan keeps on the device between runs. */
export interface UploadedPlan {
  readonly plan: SeparablePlan;
  readonly program: Program;
  /** Threads of an ablation workgroup. */
  readonly threads: number;
  readonly programBuffer: GPUBuffer;
  readonly kernelBuffer: GPUBuffer;
  readonly frames: FramePool;
}

/** Compiled for the plan and the score of a run. */
export interface ChunkPipelines {
  readonly ablation: GPUComputePipeline;
  /** Null where the CPU makes the maps. */
  readonly map: GPUComputePipeline | null;
}

const WEIGHTING_CODES: Readonly<Record<Weighting, (norm: Norm) => number>> = {
  'relative-drop': () => 0,
  slope: (norm) => norm,
};

/**
 * One submission: the ablation, the maps and one read-back. Where the GPU makes no maps, the activation is read back as well.
 *
 * @param collect copies what it is handed: it ends when that returns
 */
export async function runChunk(
  device: Device,
  uploaded: UploadedPlan,
  pipelines: ChunkPipelines,
  input: AblationInput,
  chunk: ChunkRequest,
  collect: (output: ChunkOutput) => void,
): Promise<void> {
  const { plan, frames } = uploaded;
  const off = ablationValues(input.ablation, plan.channels, chunk);
  const { wanted, classTable } = chunk;
  const size = [
    chunk.inputs,
    wanted.maps,
    wanted.classes,
    Number(wanted.scores),
    Number(classTable.isPerInput),
    off.values?.length ?? 0,
  ].join();
  const frame = frames.take(size);
  try {
    await device.read(
      'ablation',
      () => submit(device, uploaded, pipelines, input, chunk, off, frame),
      (bytes) => {
        collect(decode(plan, chunk, bytes, frame.timer));
      },
    );
    frames.giveBack(frame, size);
  } catch (error) {
    // Whether its buffers hold what was written, and when they are free again, nobody knows.
    frame.dispose();
    throw error;
  }
}

function submit(
  device: Device,
  { plan, program, threads, programBuffer, kernelBuffer }: UploadedPlan,
  pipelines: ChunkPipelines,
  input: AblationInput,
  chunk: ChunkRequest,
  off: ReturnType<typeof ablationValues>,
  frame: ChunkFrame,
): GPUBuffer {
  const { inputs, wanted, classTable } = chunk;
  const { maps } = wanted;
  const { timer } = frame;
  const elements = elementsPerInput(plan, wanted);
  const layout = resultLayout(plan, inputs, wanted);
  const positions = sizeOf(plan.positions);
  const shape = { inputs, positions, channels: plan.channels, classes: plan.classes };
  const encoder = device.gpu.createCommandEncoder({ label: 'ablation' });
  const { storage, copySource, copyTarget, mapRead, uniform } = BufferUsage;

  const activation = tensor(encoder, frame, 'activation', input.activation, elements.activation, chunk);
  const logits = tensor(encoder, frame, 'logits', input.logits, elements.logits, chunk);
  const channelValues = new Float32Array(program.constants.length + (off.values?.length ?? 1));
  channelValues.set(program.constants);
  if (off.values) channelValues.set(off.values, program.constants.length);
  const scratchBytes = 4 * inputs * elements.scratch;
  const resultBytes = 4 * inputs * elements.result;
  const logitBytes = 4 * inputs * elements.logits;
  const scratch = frame.buffer({ label: 'scratch', byteLength: scratchBytes, usage: storage });
  const result = frame.buffer({ label: 'result', byteLength: resultBytes, usage: storage | copySource });

  const ablationParams = frame.settings(
    'ablation parameters',
    Uint32Array.of(
      plan.channels,
      positions,
      plan.classes,
      plan.step.features,
      plan.step.stages.length,
      REDUCTION_CODES[plan.step.reduction ?? 'none'],
      program.reducedBegin,
      program.reducedEnd,
      classLanes(plan, threads / CHANNEL_LANES),
      scratchHalf(plan),
      inputs,
      WEIGHTING_CODES[input.weighting](input.norm),
      OFF_MODES[off.mode],
      program.constants.length,
      ...(threads === CHANNEL_LANES ? [1, plan.channels] : [plan.classes, 1]),
      wanted.classes,
      classTable.isPerInput ? wanted.classes : 0,
      layout.ablatedScores,
      Number(wanted.scores),
    ),
    uniform,
  );
  const classIndices = frame.settings(
    'class indices',
    chunkClasses(classTable, chunk, wanted.classes),
    storage,
  );
  const channelBuffer = frame.settings('channel values', channelValues, storage);
  const ablation: Dispatch = {
    pipeline: pipelines.ablation,
    bindings: frame.bindings(pipelines.ablation, [
      ablationParams,
      programBuffer,
      channelBuffer,
      activation,
      kernelBuffer,
      logits,
      scratch,
      result,
      classIndices,
    ]),
    grid: [Math.ceil(plan.channels / CHANNEL_LANES), inputs, 1],
  };
  const map = pipelines.map && {
    pipeline: pipelines.map,
    bindings: frame.bindings(pipelines.map, [
      frame.settings('map parameters', mapParameters(shape, maps, device.limits), uniform),
      activation,
      result,
    ]),
    grid: mapGrid(shape, maps, device.limits),
  };
  encodeDispatches(encoder, timer, map ? [ablation, map] : [ablation]);

  const parts = [
    [result, 4 * layout.length],
    [logits, logitBytes],
    ...(map ? [] : [[activation, 4 * inputs * elements.activation] as const]),
  ] as const;
  const readBack = frame.buffer({
    label: 'read-back',
    byteLength: parts.reduce((sum, [, byteLength]) => sum + byteLength, timer.byteLength),
    usage: copyTarget | mapRead,
  });
  timer.resolve(encoder, readBack);
  let at = timer.byteLength;
  for (const [part, byteLength] of parts) {
    encoder.copyBufferToBuffer(part, 0, readBack, at, byteLength);
    at += byteLength;
  }
  device.gpu.queue.submit([encoder.finish()]);
  return readBack;
}

interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  readonly grid: readonly [number, number, number];
}

/** In one pass, or where passes are timed in one each. */
function encodeDispatches(
  encoder: GPUCommandEncoder,
  timer: PassTimer,
  dispatches: readonly Dispatch[],
): void {
  const passes = timer.isTiming ? dispatches.map((dispatch) => [dispatch]) : [dispatches];
  for (const [index, inPass] of passes.entries()) {
    const timestampWrites = timer.writes(index);
    const pass = encoder.beginComputePass({ label: 'ablation', ...(timestampWrites && { timestampWrites }) });
    for (const { pipeline, bindings, grid } of inPass) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...grid);
    }
    pass.end();
  }
}

/** A chunk's part of a tensor as a buffer of its own; a buffer that holds just the chunk is used where it lies. */
function tensor(
  encoder: GPUCommandEncoder,
  frame: ChunkFrame,
  label: string,
  source: TensorSource,
  elements: number,
  { firstInput, inputs }: InputChunk,
): GPUBuffer {
  const { storage, copySource, copyTarget } = BufferUsage;
  if (source instanceof Float32Array) {
    const part = source.subarray(firstInput * elements, (firstInput + inputs) * elements);
    return frame.filled(label, part, storage | copySource);
  }
  const byteLength = 4 * inputs * elements;
  if (firstInput === 0 && source.size <= byteLength + 3) return source;
  const copy = frame.buffer({ label, byteLength, usage: storage | copySource | copyTarget });
  encoder.copyBufferToBuffer(source, 4 * firstInput * elements, copy, 0, byteLength);
  return copy;
}

/** How many of a channel's threads take different classes; the others share the features. */
function classLanes({ classes, step }: SeparablePlan, laneThreads: number): number {
  if (step.features === 1) return laneThreads;
  return Math.min(laneThreads, 2 ** Math.ceil(Math.log2(classes)));
}

function decode(
  plan: SeparablePlan,
  { inputs, wanted }: ChunkRequest,
  bytes: ArrayBuffer,
  timer: PassTimer,
): ChunkOutput {
  const { maps } = wanted;
  const logitsAt = resultLayout(plan, inputs, wanted).length;
  const activationAt = logitsAt + inputs * plan.classes;
  const values = new Float32Array(bytes, timer.byteLength);
  const mapMs = timer.durationMs(bytes, 1);
  return {
    result: values.subarray(0, logitsAt),
    logits: values.subarray(logitsAt, activationAt),
    activation: maps > 0 ? null : values.subarray(activationAt),
    dispatches: { ablation: 1, map: maps > 0 ? 1 : 0 },
    mapMs,
    gpuMs: timer.isTiming ? timer.durationMs(bytes, 0) + mapMs : null,
  };
}
