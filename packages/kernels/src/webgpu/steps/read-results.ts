import type { AblationInput } from '../../ablation/contract.ts';
import type { Device } from '../../device/device.ts';
import { BufferUsage, MAP_READ } from '../../device/usage.ts';
import type { BufferScope } from '../buffer-scope.ts';
import { mapClasses, mapGrid, mapParameters } from '../map-launch.ts';
import type { RunShape } from '../operations/ends.ts';
import type { PassTimer } from '../pass-timer.ts';
import type { ChunkBuffers } from './chunk-buffers.ts';

/** What came back of a chunk of inputs. */
export interface InputChunkOutput {
  readonly logits: Float32Array;
  /** Ablated scores, then weights, then the predicted classes. */
  readonly result: Float32Array;
  /** Signed maps, then maps. */
  readonly maps: Float32Array;
  readonly dispatches: number;
  readonly mapMs: number;
}

/** Makes the maps of a chunk's weights and reads everything back. */
export async function readResults(
  device: Device,
  scope: BufferScope,
  input: AblationInput,
  shape: RunShape,
  buffers: ChunkBuffers,
  mapPipeline: GPUComputePipeline,
  maps: number,
  timer: PassTimer,
): Promise<Omit<InputChunkOutput, 'dispatches'>> {
  const { inputs, positions, channels, classes } = shape;
  const { storage, uniform, copySource, copyTarget, mapRead } = BufferUsage;
  const mapElements = 2 * inputs * maps * positions;
  const resultElements = inputs * (2 * channels * classes + 1);
  const logitElements = inputs * classes;
  const readBack = await device.checked('maps', () => {
    const encoder = device.gpu.createCommandEncoder({ label: 'maps' });
    const map = scope.create({
      label: 'maps',
      byteLength: 4 * mapElements,
      usage: storage | copySource,
    });
    const target = scope.create({
      label: 'read-back',
      byteLength: timer.byteLength + 4 * (resultElements + mapElements + logitElements),
      usage: copyTarget | mapRead,
    });
    const bindings = [
      scope.upload('map parameters', mapParameters(shape, maps, device.limits), uniform),
      buffers.activation,
      buffers.result,
      scope.upload('class indices', mapClasses(input.classes, maps), storage),
      map,
    ];
    const timestampWrites = timer.writes(0);
    const pass = encoder.beginComputePass({ label: 'maps', ...(timestampWrites && { timestampWrites }) });
    pass.setPipeline(mapPipeline);
    pass.setBindGroup(
      0,
      device.gpu.createBindGroup({
        layout: mapPipeline.getBindGroupLayout(0),
        entries: bindings.map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    pass.dispatchWorkgroups(...mapGrid(shape, maps, device.limits));
    pass.end();
    timer.resolve(encoder, target);
    let at = timer.byteLength;
    for (const [source, elements] of [
      [buffers.result, resultElements],
      [map, mapElements],
      [buffers.logits, logitElements],
    ] as const) {
      encoder.copyBufferToBuffer(source, 0, target, at, 4 * elements);
      at += 4 * elements;
    }
    device.gpu.queue.submit([encoder.finish()]);
    return target;
  });
  await device.settled(readBack.mapAsync(MAP_READ));
  const bytes = readBack.getMappedRange().slice(0);
  const values = new Float32Array(bytes, timer.byteLength);
  return {
    result: values.subarray(0, resultElements),
    maps: values.subarray(resultElements, resultElements + mapElements),
    logits: values.subarray(resultElements + mapElements),
    mapMs: timer.durationMs(bytes, 0),
  };
}
