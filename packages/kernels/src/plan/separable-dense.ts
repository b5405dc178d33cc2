import { KernelsError } from '../errors.ts';
import { tailChain, targetNode } from '../tail/nodes.ts';
import type { ActivationOperation } from '../operations/activation.ts';
import type { AffineOperation } from '../operations/affine.ts';
import type { DenseOperation } from '../operations/dense.ts';
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

/** @throws KernelsError `unsupported-tail` where the tail is of another class */
export function planSeparableDense(tail: Tail): SeparableDenseStep {
  const target = targetNode(tail);
  const found = tailChain(tail);
  if ('branch' in found) throw unsupported(found.branch, 'joins several tensors');

  const channels = target.shape.at(-1) ?? 0;
  const stages: Stage[] = [];
  const reduced: PointwiseOperation[] = [];
  let window: Window | null = null;
  let input = planeOf(target.shape, target);
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
    if (dense) throw unsupported(node, 'follows the first dense layer');
    switch (operation.kind) {
      case 'activation':
        (reduction ? reduced : pointwise).push(operation);
        break;
      case 'affine':
        if (operation.scale.length !== channels) throw unsupported(node, 'scales flattened features');
        (reduction ? reduced : pointwise).push(operation);
        break;
      case 'pool':
        if (reduction !== null || flat)
          throw unsupported(node, 'pools a plane that was reduced or flattened');
        endStage();
        window = windowOf(operation);
        pointwise = [];
        input = output;
        output = planeOf(node.shape, node);
        break;
      case 'global-pool':
        if (reduction !== null || flat)
          throw unsupported(node, 'pools a plane that was reduced or flattened');
        reduction = operation.reduction;
        break;
      case 'reshape':
        flat = true;
        break;
      case 'dense':
        dense = operation;
        break;
      case 'opaque':
        throw unsupported(node, operation.reason ?? null);
      case 'target':
      case 'constant':
      case 'convolution':
      case 'depthwise':
      case 'prelu':
      case 'softmax':
      case 'layer-normalization':
      case 'merge':
      case 'concatenate':
      case 'permute':
      case 'pad':
      case 'crop':
      case 'resize':
      case 'repeat':
        throw unsupported(node, null);
    }
  }
  endStage();

  const features = reduction ? 1 : output.height * output.width;
  const last = found.chain.at(-1);
  if (!dense || !last) {
    throw new KernelsError(
      'unsupported-tail',
      `The tail ends ${last ? `with ${last.name}` : 'at the target layer'} before a dense layer; ` +
        'this planner needs one. Use the naive strategy for this layer.',
    );
  }
  if (dense.kernel.length !== features * channels * dense.units) {
    throw unsupported(last, 'does not read all positions of all channels at once');
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

function planeOf(shape: Shape, node: TailNode): Plane {
  const positions = shape.slice(0, -1);
  const [first = 1, second] = positions;
  if (positions.length > 2) throw unsupported(node, `has ${String(positions.length)} position axes`);
  return second === undefined ? { height: 1, width: first } : { height: first, width: second };
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

function unsupported(node: TailNode, why: string | null): KernelsError {
  const kind = node.operation.kind === 'opaque' ? node.operation.layerClass : node.operation.kind;
  return new KernelsError(
    'unsupported-tail',
    `No single-dispatch plan for "${node.name}" (${kind})${why ? `, which ${why}` : ''}. ` +
      'Choose a later target layer or the naive strategy.',
  );
}
