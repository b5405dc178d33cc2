import type { Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import type { BufferScope } from '../buffer-scope.ts';
import { mapGrid, mapParameters, mapPipeline } from '../map-launch.ts';
import type { RunShape } from '../operations/ends.ts';
import { PassTimer } from '../pass-timer.ts';
import type { ChunkOutput } from '../run-output.ts';
import type { ChunkBuffers } from './chunk-buffers.ts';

/**
 * Makes the maps of a chunk's weights and reads everything back.
 *
 * @param maps of each input; where there are none, the activation is read back as well
 * @param ablationDispatches that the weights took
 * @param collect copies what it is handed: it ends when that returns
 */
export async function readResults(
  device: Device,
  scope: BufferScope,
  shape: RunShape,
  buffers: ChunkBuffers,
  maps: number,
  ablationDispatches: number,
  collect: (output: ChunkOutput) => void,
): Promise<void> {
  const { activation, result, logits } = buffers;
  const pipeline = maps > 0 ? await mapPipeline(device, maps) : null;
  const timer = new PassTimer(device, 1);
  const parts = pipeline ? [result, logits] : [result, logits, activation];
  const submit = (): GPUBuffer => {
    const encoder = device.gpu.createCommandEncoder({ label: 'results' });
    const readBack = scope.create({
      label: 'read-back',
      byteLength: parts.reduce((sum, { size }) => sum + size, timer.byteLength),
      usage: BufferUsage.copyTarget | BufferUsage.mapRead,
    });
    if (pipeline) {
      encodeMaps(device, scope, encoder, pipeline, shape, buffers, maps, timer);
      timer.resolve(encoder, readBack);
    }
    let at = timer.byteLength;
    for (const part of parts) {
      encoder.copyBufferToBuffer(part, 0, readBack, at, part.size);
      at += part.size;
    }
    device.gpu.queue.submit([encoder.finish()]);
    return readBack;
  };
  try {
    await device.read('results', submit, (bytes) => {
      const values = new Float32Array(bytes, timer.byteLength);
      const [logitsAt, activationAt] = [result.size / 4, (result.size + logits.size) / 4];
      collect({
        result: values.subarray(0, logitsAt),
        logits: values.subarray(logitsAt, activationAt),
        activation: pipeline ? null : values.subarray(activationAt),
        dispatches: { ablation: ablationDispatches, map: pipeline ? 1 : 0 },
        mapMs: timer.durationMs(bytes, 0),
        gpuMs: null,
      });
    });
  } finally {
    timer.dispose();
  }
}

function encodeMaps(
  device: Device,
  scope: BufferScope,
  encoder: GPUCommandEncoder,
  pipeline: GPUComputePipeline,
  shape: RunShape,
  { activation, result }: ChunkBuffers,
  maps: number,
  timer: PassTimer,
): void {
  const { uniform } = BufferUsage;
  const bindings = [
    scope.upload('map parameters', mapParameters(shape, maps, device.limits), uniform),
    activation,
    result,
  ];
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
}
