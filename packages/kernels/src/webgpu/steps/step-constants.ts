import { ungroupedKernel } from '../../operations/grouped-kernel.ts';
import { factsOf } from '../../operations/operation-facts.ts';
import type { PlanStep, PropagatedOperation, WeightPart } from '../../plan/steps.ts';
import type { Weights, WeightValues } from '../../plan/weights.ts';
import { channelsOf } from '../../tail/shape.ts';
import type { Operation } from '../../operations/operation.ts';
import type { BufferSpec, ConstantSpec } from '../launch/buffer-spec.ts';
import type { Layout } from '../launch/layout.ts';
import { convolutionScaleAt, type PackedWeights } from '../operations/packed-weights.ts';
import { KernelStore, type ConstantRows } from './kernel-store.ts';

/** What a step keeps on the device between runs; `specs` of all of it. */
export interface StepConstants {
  /** The kernel of a convolution, in as many parts as buffers need. */
  readonly weights: readonly PackedWeights[];
  /** Everything else. */
  readonly buffer: BufferSpec | null;
  /** Where, in `buffer` or behind the weights, these stand. */
  readonly scaleAt: number | null;
  readonly shiftAt: number | null;
  readonly biasAt: number | null;
  readonly specs: readonly ConstantSpec[];
}

const NOTHING: StepConstants = {
  weights: [],
  buffer: null,
  scaleAt: null,
  shiftAt: null,
  biasAt: null,
  specs: [],
};

/** Returns what the steps of a plan keep on the device; nothing of it is worked out before it is uploaded. */
export function constantsOf(
  steps: readonly PlanStep[],
  layout: Layout,
): ReadonlyMap<PlanStep, StepConstants> {
  const kernels = new KernelStore(layout);
  return new Map(steps.map((step) => [step, constantsOfStep(step, kernels)]));
}

function constantsOfStep(step: PlanStep, kernels: KernelStore): StepConstants {
  switch (step.kind) {
    case 'evaluate':
      return evaluateConstants(step.operation, channelsOf(step.shape), step.parts, kernels);
    case 'contribute':
    case 'convolve': {
      const filters = channelsOf(step.shape);
      const { scale } = step.epilogue;
      const packed = packedParts(kernels, step.kernel, filters, step.parts, { bias: null, scale });
      return { ...packed, scaleAt: scale && convolutionScaleAt(filters) };
    }
    case 'propagate':
      return vectors(vectorsOnChanges(step.operation), step.epilogue.scale, null);
    case 'combine':
      return vectors([], step.epilogue.scale, null);
    case 'switch-off':
    case 'concatenate':
    case 'fallback':
    case 'score':
      return NOTHING;
  }
}

function evaluateConstants(
  operation: Operation,
  channels: number,
  parts: readonly WeightPart[],
  kernels: KernelStore,
): StepConstants {
  if (operation.kind === 'dense' || operation.kind === 'convolution') {
    const values = operation.kind === 'convolution' ? ungroupedKernel(operation) : operation.kernel;
    const { bias } = operation;
    return packedParts(kernels, { kind: 'given', values }, channels, parts, { bias, scale: null });
  }
  const { factors, summands } = factsOf(operation).weights(operation);
  if (operation.kind === 'affine') {
    const [scale = null] = factors;
    return vectors([], scale, summands[0] ?? null);
  }
  const biasAt = factors.reduce((sum, { length }) => sum + length, 0);
  return {
    ...vectors([...factors, ...summands], null, null),
    biasAt: summands.length > 0 ? biasAt : null,
  };
}

/** What an operation reads when it is taken on changes, in the order in which its kernel expects it. */
function vectorsOnChanges(operation: PropagatedOperation): readonly Float32Array[] {
  const facts = factsOf(operation);
  const { factors, summands } = facts.weights(operation);
  return facts.isLinear(operation) ? factors : [...factors, ...summands];
}

function vectors(
  own: readonly WeightValues[],
  scale: WeightValues | null,
  shift: WeightValues | null,
): StepConstants {
  const all = [...own, ...(scale ? [scale] : []), ...(shift ? [shift] : [])];
  if (all.length === 0) return NOTHING;
  const length = all.reduce((sum, vector) => sum + vector.length, 0);
  const buffer: ConstantSpec = {
    label: 'constants',
    byteLength: 4 * length,
    contents: () => {
      const values = new Float32Array(length);
      let at = 0;
      for (const vector of all) {
        values.set(vector, at);
        at += vector.length;
      }
      return values;
    },
  };
  const scaleAt = own.reduce((sum, vector) => sum + vector.length, 0);
  return {
    ...NOTHING,
    buffer,
    scaleAt: scale && scaleAt,
    shiftAt: shift && scaleAt + (scale?.length ?? 0),
    specs: [buffer],
  };
}

function packedParts(
  kernels: KernelStore,
  kernel: Weights,
  filters: number,
  parts: readonly WeightPart[],
  rows: ConstantRows,
): StepConstants {
  const weights = parts.map((part) => kernels.part(kernel, filters, part, rows));
  return { ...NOTHING, weights, specs: weights.map(({ buffer }) => buffer) };
}
