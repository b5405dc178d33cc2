import { BufferUsage, type Device, type Shader } from '@ablation-cam/kernels';
import type { Ceilings } from '../results/result.ts';
import { COPY_CEILING, MULTIPLY_ADD_CEILING } from './shaders.ts';

const THREADS = 256;
const REPEATS = 5;

/** What to move and compute: enough to fill a GPU for longer than a submit takes, little enough for a CPU that plays one. */
const SIZES = {
  hardware: { copyBytes: 512 * 2 ** 20, copyGroups: 8192, computeGroups: 16384, steps: 2048, dispatches: 16 },
  software: { copyBytes: 32 * 2 ** 20, copyGroups: 64, computeGroups: 64, steps: 512, dispatches: 1 },
};

/** Multiply-adds of a thread in one step of `multiply-add.wgsl`. */
const MULTIPLY_ADDS_A_STEP = 16;

/** Measures the adapter's bandwidth and arithmetic: the best of a few runs, since a ceiling is meant. */
export async function measureCeilings(device: Device): Promise<Ceilings> {
  const sizes = SIZES[device.adapter.software ? 'software' : 'hardware'];
  const { copyBytes, copyGroups, computeGroups, steps, dispatches } = sizes;
  const byteLength = Math.min(copyBytes, device.limits.maxStorageBufferBindingSize);
  const copyMs = await bestTime(device, COPY_CEILING, {}, [byteLength, byteLength], copyGroups, dispatches);
  const threads = computeGroups * THREADS;
  const overrides = { STEPS: steps };
  const computeMs = await bestTime(
    device,
    MULTIPLY_ADD_CEILING,
    overrides,
    [4 * threads],
    computeGroups,
    dispatches,
  );
  return {
    copyGBps: (2 * byteLength) / copyMs / 1e6,
    multiplyAddGFLOPs: (2 * MULTIPLY_ADDS_A_STEP * steps * threads) / computeMs / 1e6,
  };
}

/** Milliseconds of a dispatch in the fastest of a few runs, from submit to the end of the work. */
async function bestTime(
  device: Device,
  shader: Shader,
  overrides: Readonly<Record<string, number>>,
  byteLengths: readonly number[],
  groups: number,
  dispatches: number,
): Promise<number> {
  const pipeline = await device.pipeline(shader, overrides);
  const buffers = byteLengths.map((byteLength) =>
    device.createBuffer({ label: shader.label, byteLength, usage: BufferUsage.storage }),
  );
  try {
    const bindGroup = device.gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    let best = Infinity;
    // The first run touches the memory for the first time.
    for (let run = 0; run <= REPEATS; run++) {
      const start = performance.now();
      await device.checked(shader.label, () => {
        const encoder = device.gpu.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindGroup);
        for (let i = 0; i < dispatches; i++) pass.dispatchWorkgroups(groups);
        pass.end();
        device.gpu.queue.submit([encoder.finish()]);
      });
      await device.settled(device.gpu.queue.onSubmittedWorkDone());
      if (run > 0) best = Math.min(best, (performance.now() - start) / dispatches);
    }
    return best;
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
}
