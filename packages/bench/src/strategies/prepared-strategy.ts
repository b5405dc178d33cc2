import {
  BufferUsage,
  type AblationInput,
  type Device,
  type PreparedAblation,
  type TensorSource,
} from '@ablation-cam/kernels';
import { BenchError } from '../errors.ts';
import type { OpenCase } from '../open-case/open-case.ts';
import type { PreparedStrategy, StrategyCost } from './strategy.ts';

/**
 * Makes a strategy of a prepared ablation, whose inputs become resident where it wants them: on its device, or on the CPU.
 *
 * @param prepared belongs to the strategy from now on, as does `timed`
 * @param timed the same ablation, which times its passes
 */
export function preparedStrategy(
  opened: OpenCase,
  prepared: PreparedAblation<unknown>,
  cost: StrategyCost,
  device: Device | null,
  timed: PreparedAblation<unknown> | null = null,
): PreparedStrategy {
  const buffers: GPUBuffer[] = [];
  const resident = (name: string, data: Float32Array): TensorSource => {
    if (!device) return data;
    const buffer = device.uploadBuffer(name, data, BufferUsage.storage | BufferUsage.copySource);
    buffers.push(buffer);
    return buffer;
  };
  const input = ablationInput(opened, resident);
  return {
    isLoop: false,
    passes: () => 1,
    cost,
    run: async () => {
      const { weights, dispatches } = await prepared.run(input);
      return {
        kind: 'weights',
        values: weights,
        dispatches: device ? dispatches.ablation + dispatches.map : null,
      };
    },
    ...(timed && { timeOnGpu: async () => (await timed.run(input)).timings.gpuMs }),
    dispose: () => {
      prepared.dispose();
      timed?.dispose();
      for (const buffer of buffers) buffer.destroy();
    },
  };
}

/** @throws BenchError `unsupported` where there is none */
export function deviceOf({ runtime }: OpenCase): Device {
  if (runtime.device) return runtime.device;
  throw new BenchError('unsupported', runtime.absence ?? 'There is no GPU.');
}

/** What every ablation is asked: the predicted class's weights with each channel replaced by its value for "off". */
export function ablationInput(
  { batch, activation, logits, constants, off }: OpenCase,
  resident: (name: string, data: Float32Array) => TensorSource,
): AblationInput {
  return {
    inputs: batch,
    activation: resident('activation', activation),
    logits: resident('logits', logits),
    constants: new Map([...constants].map(([node, data]) => [node, resident(`constant ${node}`, data)])),
    ablation: { kind: 'values', values: off },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: 'predicted',
  };
}
