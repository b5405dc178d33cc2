import { factsOf } from '../../operations/operation-facts.ts';
import type { ReshapeOperation } from '../../operations/reshape.ts';
import { channelsOf } from '../../tail/shape.ts';
import { ownerAfter } from '../owner-rules.ts';
import type { PlanContext } from '../plan-context.ts';
import type { PropagatedOperation } from '../steps.ts';
import { isSame, wholeSegment, type TensorState } from '../tensor-state.ts';

type WholeTensorOperation = Extract<
  PropagatedOperation,
  { readonly kind: 'permute' | 'repeat' | 'softmax' | 'layer-normalization' }
>;

/** Operations that move channels, or read all of them: by their own evaluation for every variant where they mix. */
export function planWholeTensor(
  context: PlanContext,
  node: number,
  operation: WholeTensorOperation,
  x: TensorState,
): TensorState {
  const { shape } = context.node(node);
  const result = { node, shape, base: context.base(node, [x]) };
  if (isSame(x)) return { ...result, oneChannel: null, parts: [] };
  if (x.oneChannel && x.parts.length === 0) {
    const owner = ownerAfter(operation, [{ shape: x.shape, owner: x.oneChannel.owner }], shape);
    if (owner) return { ...result, oneChannel: { off: context.off(node, [x]), owner }, parts: [] };
  }
  const readsBase = !factsOf(operation).isLinear(operation);
  const source = context.deltaOperand(x, context.widened(x), readsBase);
  const segment = wholeSegment(shape);
  const part = context.open(node, { kind: 'propagate', operation, source, shape, segment }, segment);
  return { ...result, oneChannel: null, parts: [part] };
}

/** The flat data stays, and with it every value and the owner formula. */
export function planReshape(
  context: PlanContext,
  node: number,
  _: ReshapeOperation,
  x: TensorState,
): TensorState {
  const { shape } = context.node(node);
  const state = { node, shape, base: x.base };
  if (channelsOf(shape) === channelsOf(x.shape)) {
    return {
      ...state,
      oneChannel: x.oneChannel,
      parts: x.parts.map((part) => ({ ...part, open: null })),
    };
  }
  if (x.parts.length === 0) return { ...state, oneChannel: x.oneChannel, parts: [] };
  const { delta } = context.widened(x);
  return { ...state, oneChannel: null, parts: [{ segment: wholeSegment(shape), delta, open: null }] };
}
