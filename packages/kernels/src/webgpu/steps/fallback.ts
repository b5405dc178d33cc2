import type { AblationInput } from '../../ablation/contract.ts';
import { logitDropsOutside } from '../../ablation/logit-drops-outside.ts';
import type { Device } from '../../device/device.ts';
import type { FallbackStep } from '../../plan/steps.ts';
import { sizeOf } from '../../tail/shape.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import type { Frame } from '../launch/frame.ts';
import type { Launch } from '../launch/launch.ts';
import { combineLaunches, type DeviceOperand } from '../operations/elementwise.ts';
import { wholeOf, type VariantBatch } from '../operations/result.ts';
import type { StepContext } from './step-context.ts';

/** Deltas of a frontier tensor, written out for all its elements; `same` tensors have none. */
export interface FrontierDeltas {
  readonly operand: DeviceOperand;
  readonly deltas: BufferSpec | null;
}

/** The launches that write the deltas of a frontier out. */
export function frontierLaunches(
  step: FallbackStep,
  context: StepContext,
): { launches: Launch[]; tensors: FrontierDeltas[] } {
  const launches: Launch[] = [];
  const tensors = step.frontier.map((tensor): FrontierDeltas => {
    const operand = context.operand(tensor.operand);
    if (operand.label === 'same') return { operand, deltas: null };
    const deltas = context.scratch(sizeOf(operand.shape));
    const result = context.bare(operand.shape, wholeOf(operand.shape), deltas);
    launches.push(...combineLaunches('first', [operand], result));
    return { operand, deltas };
  });
  return { launches, tensors };
}

/** Where the kernels are left: what is handed out, and where the fall of the logits that comes back is put. */
export interface Frontier {
  readonly step: FallbackStep;
  readonly batch: VariantBatch;
  readonly tensors: readonly FrontierDeltas[];
  readonly output: BufferSpec;
}

/**
 * Hands the variants of a frontier to the network's own layers and writes the fall of the logits to its output.
 *
 * @throws KernelsError `invalid-input` where the wrong number of logits comes back
 */
export async function continueOutside(
  device: Device,
  { step, batch: { inputs, variants }, tensors, output }: Frontier,
  frame: Frame,
  logits: BufferSpec,
  continueFrom: AblationInput['continueFrom'],
): Promise<void> {
  const values = await Promise.all(
    tensors.map((tensor) => variantValues(device, tensor, frame, inputs, variants)),
  );
  const chunk = {
    inputs,
    variants,
    tensors: step.frontier.map(({ node }, at) => ({ node, values: values[at]! })),
  };
  const base = new Float32Array(await device.readBuffer(frame.buffer(logits), 0, logits.byteLength));
  frame.write(output, Float32Array.from(await logitDropsOutside(continueFrom, chunk, base)));
}

/** base - delta of every variant, `[inputs, variants, elements]`. */
async function variantValues(
  device: Device,
  { operand, deltas }: FrontierDeltas,
  frame: Frame,
  inputs: number,
  variants: number,
): Promise<Float32Array> {
  const elements = sizeOf(operand.shape);
  if (!operand.base) throw new RangeError('A frontier tensor has no base.');
  const base = new Float32Array(
    await device.readBuffer(frame.buffer(operand.base), 0, 4 * inputs * elements),
  );
  const fall = deltas
    ? new Float32Array(await device.readBuffer(frame.buffer(deltas), 0, 4 * inputs * variants * elements))
    : null;
  return Float32Array.from({ length: inputs * variants * elements }, (_, at) => {
    const input = Math.floor(at / (variants * elements));
    return (base[input * elements + (at % elements)] ?? 0) - (fall?.[at] ?? 0);
  });
}
