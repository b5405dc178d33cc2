import { tailChain, targetNode } from '../tail/nodes.ts';
import type { ActivationOperation } from '../operations/activation.ts';
import type { AffineOperation } from '../operations/affine.ts';
import type { DenseOperation } from '../operations/dense.ts';
import type { Operation, OperationMap } from '../operations/operation.ts';
import type { PoolOperation, PoolReduction } from '../operations/pool.ts';
import type { Shape } from '../tail/shape.ts';
import type { Tail, TailNode } from '../tail/tail.ts';

/** An operation on one element of one channel. */
export type PointwiseOperation = ActivationOperation | AffineOperation;

/** Pooling of one channel's plane; one-dimensional planes have height 1. */
export interface Window {
  readonly reduction: PoolReduction;
  readonly height: number;
  readonly width: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

export interface Plane {
  readonly height: number;
  readonly width: number;
}

/** `pool` the plane (if there is a window), then apply `pointwise` to each element. */
export interface Stage {
  readonly window: Window | null;
  readonly pointwise: readonly PointwiseOperation[];
  readonly input: Plane;
  readonly output: Plane;
}

/**
 * The class of tails one dispatch covers: operations on each channel by itself, then one dense layer.
 *
 * With f the composition of the separable operations, channel k enters the logits only through f(A_k), so that
 * z_k = z - sum_p (f(A_k)[p] - f(r_k)) W[p * K + k]: all K ablated logits cost one read of W.
 */
export interface SeparableDenseStep {
  readonly kind: 'separable-dense';
  /** Stage 0 always exists and reads the activation. */
  readonly stages: readonly Stage[];
  /** Reduction of the last stage's plane to one value, or `null` where the plane is flattened. */
  readonly reduction: PoolReduction | null;
  /** Applied after the reduction. */
  readonly reduced: readonly PointwiseOperation[];
  /** Row-major `[features * channels, classes]`, a feature's channels side by side. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
  /** Values a channel hands to the dense layer. */
  readonly features: number;
  readonly classes: number;
}

/** Why a tail is of another class: a sentence that names the operation. */
export interface Misfit {
  readonly misfit: string;
}

/** Returns how a tail of this class is ablated, or what keeps it out. @throws KernelsError `invalid-tail` */
export function findSeparableDense(tail: Tail): SeparableDenseStep | Misfit {
  const target = targetNode(tail);
  const found = tailChain(tail);
  if ('branch' in found) return misfit(found.branch, 'joins several tensors');

  const channels = target.shape.at(-1) ?? 0;
  const stages: Stage[] = [];
  const reduced: PointwiseOperation[] = [];
  let window: Window | null = null;
  const plane = planeOf(target.shape);
  if (!plane) return tooManyAxes(target);
  let input = plane;
  let output = input;
  let pointwise: PointwiseOperation[] = [];
  let reduction: PoolReduction | null = null;
  let flat = false;
  let dense: DenseOperation | null = null;

  const endStage = (): void => {
    stages.push({ window, pointwise, input, output });
  };

  for (const node of found.chain) {
    const operation = node.operation;
    if (dense) return misfit(node, 'follows the first dense layer');
    if (!isOfClass(operation)) {
      return misfit(node, operation.kind === 'opaque' ? (operation.reason ?? null) : null);
    }
    switch (operation.kind) {
      case 'activation':
        (reduction ? reduced : pointwise).push(operation);
        break;
      case 'affine':
        if (operation.scale.length !== channels) return misfit(node, 'scales flattened features');
        (reduction ? reduced : pointwise).push(operation);
        break;
      case 'pool': {
        if (reduction !== null || flat) return misfit(node, 'pools a plane that was reduced or flattened');
        const pooled = planeOf(node.shape);
        if (!pooled) return tooManyAxes(node);
        endStage();
        window = windowOf(operation);
        pointwise = [];
        input = output;
        output = pooled;
        break;
      }
      case 'global-pool':
        if (reduction !== null || flat) return misfit(node, 'pools a plane that was reduced or flattened');
        reduction = operation.reduction;
        break;
      case 'reshape':
        flat = true;
        break;
      case 'dense':
        dense = operation;
        break;
    }
  }
  endStage();

  const features = reduction ? 1 : output.height * output.width;
  const last = found.chain.at(-1);
  if (!dense || !last) {
    return {
      misfit:
        `The tail ends ${last ? `with ${last.name}` : 'at the target layer'} before a dense layer; ` +
        'this planner needs one. Use the naive strategy for this layer.',
    };
  }
  if (dense.kernel.length !== features * channels * dense.units) {
    return misfit(last, 'does not read all positions of all channels at once');
  }
  return {
    kind: 'separable-dense',
    // A leading stage that does nothing would only copy the activation.
    stages: stages.filter(
      (stage, index) => index === stages.length - 1 || stage.window !== null || stage.pointwise.length > 0,
    ),
    reduction,
    reduced,
    kernel: dense.kernel,
    bias: dense.bias,
    features,
    classes: dense.units,
  };
}

const KINDS = ['activation', 'affine', 'pool', 'global-pool', 'reshape', 'dense'] as const;

/** Whether the class has a place for an operation. */
function isOfClass(operation: Operation): operation is OperationMap[(typeof KINDS)[number]] {
  return KINDS.some((kind) => kind === operation.kind);
}

/** Null for more than two position axes. */
function planeOf(shape: Shape): Plane | null {
  const [first = 1, second, ...others] = shape.slice(0, -1);
  if (others.length > 0) return null;
  return second === undefined ? { height: 1, width: first } : { height: first, width: second };
}

function tooManyAxes(node: TailNode): Misfit {
  return misfit(node, `has ${String(node.shape.length - 1)} position axes`);
}

function windowOf(operation: PoolOperation): Window {
  const pair = (values: readonly number[], missing: number): readonly [number, number] => {
    const [first = missing, second] = values;
    return second === undefined ? [missing, first] : [first, second];
  };
  const [height, width] = pair(operation.window, 1);
  const [strideHeight, strideWidth] = pair(operation.strides, 1);
  const [padTop, padLeft] = pair(operation.padBefore, 0);
  return { reduction: operation.reduction, height, width, strideHeight, strideWidth, padTop, padLeft };
}

function misfit(node: TailNode, why: string | null): Misfit {
  const kind = node.operation.kind === 'opaque' ? node.operation.layerClass : node.operation.kind;
  return {
    misfit:
      `No single-dispatch plan for "${node.name}" (${kind})${why ? `, which ${why}` : ''}. ` +
      'Choose a later target layer or the naive strategy.',
  };
}
