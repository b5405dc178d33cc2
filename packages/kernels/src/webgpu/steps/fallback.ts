import type { AblationInput } from '../../ablation/contract.ts';
import { logitDropsOutside } from '../../ablation/logit-drops-outside.ts';
import type { Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import type { FallbackStep } from '../../plan/steps.ts';
import { sizeOf } from '../../tail/shape.ts';
import { combineLaunch, type DeviceOperand } from '../operations/elementwise.ts';
import type { Launch } from '../operations/launch.ts';
import { wholeOf } from '../operations/result.ts';
import type { ScratchSource, StepContext } from './step-context.ts';

/** Deltas of a frontier tensor, written out for all its elements; `same` tensors have none. */
export interface FrontierDeltas {
  readonly operand: DeviceOperand;
  readonly deltas: GPUBuffer | null;
}

/** The launches that write the deltas of a frontier out. */
export function frontierLaunches(
  step: FallbackStep,
  context: StepContext,
  scope: ScratchSource,
): { launches: Launch[]; tensors: FrontierDeltas[] } {
  const launches: Launch[] = [];
  const tensors = step.frontier.map((tensor): FrontierDeltas => {
    const operand = context.operand(tensor.operand);
    if (operand.label === 'same') return { operand, deltas: null };
    const { inputs, variants } = context.batch;
    const deltas = scope.create({
      label: 'frontier',
      byteLength: 4 * inputs * variants * sizeOf(operand.shape),
      usage: BufferUsage.storage | BufferUsage.copySource,
    });
    const result = context.bare(operand.shape, wholeOf(operand.shape), deltas);
    launches.push(combineLaunch('first', [operand], result));
    return { operand, deltas };
  });
  return { launches, tensors };
}

/**
 * Hands the variants of a frontier to the network's own layers and writes the fall of the logits to `output`.
 *
 * @throws KernelsError `invalid-input` where the wrong number of logits comes back
 */
export async function continueOutside(
  device: Device,
  step: FallbackStep,
  context: StepContext,
  tensors: readonly FrontierDeltas[],
  logits: GPUBuffer,
  continueFrom: AblationInput['continueFrom'],
): Promise<void> {
  const { inputs, variants } = context.batch;
  const values = await Promise.all(tensors.map((tensor) => variantValues(device, tensor, inputs, variants)));
  const chunk = {
    inputs,
    variants,
    tensors: step.frontier.map(({ node }, at) => ({ node, values: values[at]! })),
  };
  const base = new Float32Array(await device.readBuffer(logits));
  const drops = Float32Array.from(await logitDropsOutside(continueFrom, chunk, base));
  device.gpu.queue.writeBuffer(context.value(step.output), 0, drops);
}

/** base - delta of every variant, `[inputs, variants, elements]`. */
async function variantValues(
  device: Device,
  { operand, deltas }: FrontierDeltas,
  inputs: number,
  variants: number,
): Promise<Float32Array> {
  const elements = sizeOf(operand.shape);
  if (!operand.base) throw new RangeError('A frontier tensor has no base.');
  const base = new Float32Array(await device.readBuffer(operand.base, 0, 4 * inputs * elements));
  const fall = deltas ? new Float32Array(await device.readBuffer(deltas)) : null;
  return Float32Array.from({ length: inputs * variants * elements }, (_, at) => {
    const input = Math.floor(at / (variants * elements));
    return (base[input * elements + (at % elements)] ?? 0) - (fall?.[at] ?? 0);
  });
}
