import type { Operation, Shape, Tail, TailNode } from '@ablation-cam/kernels';
import type { Speed } from './speed.ts';

/** About what a run of each tail takes where the machine is as fast as is typical, in milliseconds. */
const RUN_MS = 1;

/** Channels of the tails in which something else than channels counts. */
const FEW = 16;
const SOME = 64;

/**
 * Returns a small tail for each number of a speed, which that number decides most of: as large as takes something of the typical speed
 * long enough to be measured. The smallest are the same for all.
 */
export function calibrationTails(typical: Speed): ReadonlyMap<keyof Speed, Tail> {
  const { operations, bytes, variant, score } = typical;
  const channels = Math.ceil(RUN_MS / variant);
  return new Map([
    [
      'step',
      chain([2, 2, 4], [convolution(1, 4, 4), relu(), convolution(1, 4, 4), relu(), pooled(), dense(4, 4)]),
    ],
    ['variant', chain([2, channels], [relu(), pooled(), dense(channels, 2)])],
    ['score', chain([1, SOME], [pooled(), dense(SOME, Math.ceil(RUN_MS / score / SOME))])],
    ['bytes', rectified(sideOf((RUN_MS * bytes) / (4 * FEW * FEW * 7)))],
    ['operations', convolutions(sideOf((RUN_MS * operations) / (FEW * 9 * 32 * 32)))],
  ]);
}

/** A 3 by 3 convolution of what all channels of another one's result are: K-fold. */
function convolutions(side: number): Tail {
  return chain(
    [side, side, FEW],
    [convolution(3, FEW, 32), relu(), convolution(3, 32, 32), relu(), pooled(), dense(32, 10)],
  );
}

/** Little else than a step on large tensors, with an activation. */
function rectified(side: number): Tail {
  return chain([side, side, FEW], [convolution(1, FEW, FEW), relu(), pooled(), dense(FEW, 10)]);
}

/** At least as large as the windows are. */
function sideOf(positions: number): number {
  return Math.max(3, Math.round(Math.sqrt(positions)));
}

function relu(): Operation {
  return { kind: 'activation', function: 'relu' };
}

function pooled(): Operation {
  return { kind: 'global-pool', reduction: 'average' };
}

function dense(inputs: number, units: number): Operation {
  return { kind: 'dense', units, kernel: values(inputs * units, inputs), bias: null };
}

/** As many positions come out as go in. */
function convolution(side: number, channels: number, filters: number): Operation {
  const both = (value: number): number[] => [value, value];
  return {
    kind: 'convolution',
    filters,
    window: both(side),
    strides: both(1),
    dilation: both(1),
    padBefore: both((side - 1) / 2),
    kernel: values(side * side * channels * filters, side * side * channels),
    bias: null,
  };
}

/** One operation after the other, up to the logits. */
function chain(shape: Shape, operations: readonly Operation[]): Tail {
  const nodes: TailNode[] = [{ name: 'target', operation: { kind: 'target' }, inputs: [], shape }];
  for (const operation of operations) {
    const before = nodes.at(-1)?.shape ?? [];
    nodes.push({
      name: `${operation.kind}_${String(nodes.length)}`,
      operation,
      inputs: [nodes.length - 1],
      shape: shapeAfter(operation, before),
    });
  }
  return { nodes, target: 0, output: nodes.length - 1, scoreFunction: 'softmax' };
}

function shapeAfter(operation: Operation, before: Shape): Shape {
  const positions = before.slice(0, -1);
  if (operation.kind === 'global-pool') return before.slice(-1);
  if (operation.kind === 'dense') return [...positions, operation.units];
  return operation.kind === 'convolution' ? [...positions, operation.filters] : before;
}

/** Numbers like those of trained weights: neither zeros, which are cheap, nor so small that arithmetic slows down. */
export function values(length: number, rows: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i * i + 1) / Math.sqrt(rows));
}
