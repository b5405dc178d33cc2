import { channelsOf, positionsOf, sizeOf, type Shape } from '../tail/shape.ts';
import type { Operation } from '../operations/operation.ts';
import type { Tail } from '../tail/tail.ts';

/**
 * Multiply-adds of an operation on one input: those of dense layers and convolutions, as networks are usually counted.
 * Cells of padding count as if they were real.
 */
export function operationsOf(operation: Operation, input: Shape, shape: Shape): number {
  if (operation.kind === 'dense') return sizeOf(shape) * channelsOf(input);
  if (operation.kind === 'convolution') return linearOperations(shape, operation.window, channelsOf(input));
  return operation.kind === 'depthwise' ? sizeOf(shape) * sizeOf(operation.window) : 0;
}

/** Multiply-adds of a convolution or dense layer from `channels` of its input, `[...positions, filters]` long. */
export function linearOperations(shape: Shape, window: readonly number[], channels: number): number {
  return sizeOf(positionsOf(shape)) * channelsOf(shape) * sizeOf(window) * channels;
}

/** Multiply-adds of one pass of the tail: of all that depends on the target. */
export function tailOperations(tail: Tail): number {
  const depends: boolean[] = [];
  return tail.nodes.reduce((sum, { operation, inputs, shape }, index) => {
    depends.push(index === tail.target || inputs.some((input) => depends[input]));
    const input = tail.nodes[inputs[0] ?? -1]?.shape ?? [];
    return depends[index] ? sum + operationsOf(operation, input, shape) : sum;
  }, 0);
}
