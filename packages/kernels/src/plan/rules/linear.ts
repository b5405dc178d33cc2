import { factsOf } from '../../operations/operation-facts.ts';
import { groupedKernel, ungroupedKernel } from '../../operations/grouped-kernel.ts';
import { slidingOf } from '../../operations/sliding-window.ts';
import { channelsOf, isSameShape, positionsOf, sizeOf } from '../../tail/shape.ts';
import type { ConvolutionOperation } from '../../operations/convolution.ts';
import type { DenseOperation } from '../../operations/dense.ts';
import { isScaledOnly, type UnfinishedStep } from '../open-step.ts';
import { channelsPerVariant, ownsChannels } from '../owner.ts';
import { ownerAfter } from '../owner-rules.ts';
import type { PlanContext } from '../plan-context.ts';
import { isSame, onlyPart, wholeSegment, type Part, type TensorState } from '../tensor-state.ts';
import { weightParts } from '../weight-parts.ts';

/** Convolutions and dense layers: where they mix owners, all contributions together cost one application. */
export function planLinear(
  context: PlanContext,
  node: number,
  operation: DenseOperation | ConvolutionOperation,
  x: TensorState,
): TensorState {
  const { shape } = context.node(node);
  const base = context.base(node, [x]);
  const result = { node, shape, base };
  if (isSame(x)) return { ...result, oneChannel: null, parts: [] };
  // The only variant of a single channel costs the same as a delta, which is never the difference of two logits.
  if (x.oneChannel && x.parts.length === 0 && x.oneChannel.owner.variants > 1) {
    const owner = ownerAfter(operation, [{ shape: x.shape, owner: x.oneChannel.owner }], shape);
    if (owner) return { ...result, oneChannel: { off: context.off(node, [x]), owner }, parts: [] };
  }
  const part = composed(context, node, operation, x) ?? sumOfParts(context, node, operation, x);
  return { ...result, oneChannel: null, parts: [part] };
}

/** What the one-channel part and the segments of the input give add up. */
function sumOfParts(
  context: PlanContext,
  node: number,
  operation: DenseOperation | ConvolutionOperation,
  x: TensorState,
): Part {
  const { shape } = context.node(node);
  const sliding = slidingOf(operation, x.shape);
  const grouped = operation.kind === 'convolution' ? groupedKernel(operation) : null;
  const values = operation.kind === 'convolution' ? ungroupedKernel(operation) : operation.kernel;
  const kernel = { kind: 'given', values } as const;
  const rows = sizeOf(sliding.window) * channelsOf(x.shape);
  const common = { sliding, kernel, shape, parts: weightParts(rows, channelsOf(shape), context.limits) };
  const contributes = x.oneChannel && ownsChannels(x.oneChannel.owner, channelsOf(x.shape));
  const steps: Extract<UnfinishedStep, { readonly kind: 'contribute' | 'convolve' }>[] = [];
  if (x.oneChannel && contributes) {
    steps.push({ ...common, kind: 'contribute', source: context.oneChannelOperand(x), partial: null });
  }
  for (const part of x.oneChannel && !contributes ? [context.widened(x)] : x.parts) {
    steps.push({
      ...common,
      kind: 'convolve',
      grouped,
      source: context.deltaOperand(x, part, false),
      partial: null,
    });
  }
  const segment = wholeSegment(shape);
  return steps.reduce<Part | null>((sum, step) => {
    return context.open(node, sum ? { ...step, partial: sum.delta() } : step, segment);
  }, null)!;
}

/**
 * Two linear layers in a row are one, with the product of their kernels: the first mixing convolution and a pointwise
 * one after it need no delta in between. Null where that does not apply or would cost more.
 */
function composed(
  context: PlanContext,
  node: number,
  operation: DenseOperation | ConvolutionOperation,
  x: TensorState,
): Part | null {
  const part = onlyPart(x);
  const open = part && context.repeatable(x, part);
  if (open?.step.kind !== 'contribute' || !isScaledOnly(open.epilogue)) return null;
  const fusible = factsOf(operation).fusible(operation);
  if (fusible?.place !== 'kernel') return null;
  const { shape } = context.node(node);
  if (!isSameShape(positionsOf(shape), positionsOf(open.shape))) return null;
  const { step, epilogue } = open;
  const inner = channelsOf(step.shape);
  const columns = channelsOf(shape);
  const taps = sizeOf(step.sliding.window);
  const { owner } = step.source;
  const once = sizeOf(positionsOf(shape)) * taps * channelsPerVariant(owner, channelsOf(step.source.shape));
  // For one variant: the composed contribution, against the plain one and the second layer on its delta.
  if (once * columns > once * inner + sizeOf(positionsOf(shape)) * inner * columns) return null;
  const rows = taps * channelsOf(step.source.shape);
  const kernel = {
    kind: 'product',
    left: step.kernel,
    scale: epilogue.scale,
    right: fusible.kernel,
    rows,
    inner,
    columns,
  } as const;
  const parts = weightParts(rows, columns, context.limits);
  return context.open(node, { ...step, kernel, parts, shape }, wholeSegment(shape), open.layers);
}
