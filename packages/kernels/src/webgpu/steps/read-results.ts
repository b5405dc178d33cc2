import type { AblationInput } from '../../ablation/contract.ts';
import type { Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import type { BufferScope } from '../buffer-scope.ts';
import { mapClasses, mapGrid, mapParameters, mapPipeline } from '../map-launch.ts';
import type { RunShape } from '../operations/ends.ts';
import { PassTimer } from '../pass-timer.ts';
import type { ChunkOutput } from '../run-output.ts';
import type { ChunkBuffers } from './chunk-buffers.ts';

/**
 * Makes the maps of a chunk's weights and reads everything back.
 *
 * @param maps of each input
 * @param collect copies what it is handed: it ends when that returns
 */
export async function readResults(
  device: Device,
  scope: BufferScope,
  input: AblationInput,
  shape: RunShape,
  { activation, result, logits }: ChunkBuffers,
  maps: number,
  collect: (output: Omit<ChunkOutput, 'dispatches'>) => void,
): Promise<void> {
  const { storage, uniform, copyTarget, mapRead } = BufferUsage;
  const pipeline = await mapPipeline(device, maps);
  const timer = new PassTimer(device, 1);
  const submit = (): GPUBuffer => {
    const readBack = scope.create({
      label: 'read-back',
      byteLength: timer.byteLength + result.size + logits.size,
      usage: copyTarget | mapRead,
    });
    const bindings = [
      scope.upload('map parameters', mapParameters(shape, maps, device.limits), uniform),
      activation,
      result,
      scope.upload('class indices', mapClasses(input.classes, maps), storage),
    ];
    const encoder = device.gpu.createCommandEncoder({ label: 'maps' });
    const timestampWrites = timer.writes(0);
    const pass = encoder.beginComputePass({ label: 'maps', ...(timestampWrites && { timestampWrites }) });
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      device.gpu.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: bindings.map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    pass.dispatchWorkgroups(...mapGrid(shape, maps, device.limits));
    pass.end();
    timer.resolve(encoder, readBack);
    encoder.copyBufferToBuffer(result, 0, readBack, timer.byteLength, result.size);
    encoder.copyBufferToBuffer(logits, 0, readBack, timer.byteLength + result.size, logits.size);
    device.gpu.queue.submit([encoder.finish()]);
    return readBack;
  };
  try {
    await device.read('maps', submit, (bytes) => {
      const values = new Float32Array(bytes, timer.byteLength);
      collect({
        result: values.subarray(0, result.size / 4),
        logits: values.subarray(result.size / 4),
        mapMs: timer.durationMs(bytes, 0),
        gpuMs: null,
      });
    });
  } finally {
    timer.dispose();
  }
}
