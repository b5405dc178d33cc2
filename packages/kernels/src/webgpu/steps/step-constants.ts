import { ungroupedKernel } from '../../operations/grouped-kernel.ts';
import { factsOf } from '../../operations/operation-facts.ts';
import type { PlanStep, PropagatedOperation, WeightPart } from '../../plan/steps.ts';
import { weightValues, type WeightValues } from '../../plan/weights.ts';
import { channelsOf } from '../../tail/shape.ts';
import type { Operation } from '../../operations/operation.ts';
import { BufferUsage } from '../../device/usage.ts';
import type { BufferScope } from '../buffer-scope.ts';
import { convolutionScaleAt, packWeights, type PackedWeights } from '../operations/convolution.ts';

/** What a step keeps on the device between runs. */
export interface StepConstants {
  /** The kernel of a convolution, in as many parts as buffers need. */
  readonly weights: readonly PackedWeights[];
  /** Everything else. */
  readonly buffer: GPUBuffer | null;
  /** Where, in `buffer` or behind the weights, these stand. */
  readonly scaleAt: number | null;
  readonly shiftAt: number | null;
  readonly biasAt: number | null;
}

/** What a plan keeps on the device between runs. */
export interface Uploaded<Plan> {
  readonly plan: Plan;
  readonly constants: ReadonlyMap<PlanStep, StepConstants>;
  readonly pipelines: ReadonlyMap<string, GPUComputePipeline>;
}

const NOTHING: StepConstants = { weights: [], buffer: null, scaleAt: null, shiftAt: null, biasAt: null };

/** Uploads a step's weights; they live as long as the scope. */
export function uploadConstants(step: PlanStep, scope: BufferScope): StepConstants {
  switch (step.kind) {
    case 'evaluate':
      return evaluateConstants(step.operation, channelsOf(step.shape), step.parts, scope);
    case 'contribute':
    case 'convolve': {
      const filters = channelsOf(step.shape);
      const { scale } = step.epilogue;
      const weights = packedParts(weightValues(step.kernel), filters, step.parts, null, scale, scope);
      return { ...NOTHING, weights, scaleAt: scale && convolutionScaleAt(filters) };
    }
    case 'propagate':
      return vectors(vectorsOnChanges(step.operation), step.epilogue.scale, null, scope);
    case 'combine':
      return vectors([], step.epilogue.scale, null, scope);
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
  scope: BufferScope,
): StepConstants {
  if (operation.kind === 'dense' || operation.kind === 'convolution') {
    const { bias } = operation;
    const kernel = operation.kind === 'convolution' ? ungroupedKernel(operation) : operation.kernel;
    return { ...NOTHING, weights: packedParts(kernel, channels, parts, bias, null, scope) };
  }
  const { factors, summands } = factsOf(operation).weights(operation);
  if (operation.kind === 'affine') {
    const [scale = null] = factors;
    return vectors([], scale, summands[0] ?? null, scope);
  }
  const biasAt = factors.reduce((sum, { length }) => sum + length, 0);
  return {
    ...vectors([...factors, ...summands], null, null, scope),
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
  scope: BufferScope,
): StepConstants {
  const all = [...own, ...(scale ? [scale] : []), ...(shift ? [shift] : [])];
  if (all.length === 0) return NOTHING;
  const values = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const vector of all) {
    values.set(vector, at);
    at += vector.length;
  }
  const scaleAt = own.reduce((sum, { length }) => sum + length, 0);
  return {
    ...NOTHING,
    buffer: scope.upload('constants', values, BufferUsage.storage),
    scaleAt: scale && scaleAt,
    shiftAt: shift && scaleAt + (scale?.length ?? 0),
  };
}

function packedParts(
  kernel: WeightValues,
  filters: number,
  parts: readonly WeightPart[],
  bias: Float32Array | null,
  scale: WeightValues | null,
  scope: BufferScope,
): PackedWeights[] {
  return parts.map((part) => ({
    part,
    buffer: scope.upload('weights', packWeights(kernel, filters, part, bias, scale), BufferUsage.storage),
  }));
}
