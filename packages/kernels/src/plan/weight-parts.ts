import { KernelsError } from '../errors.ts';
import { factsOf } from '../operations/operation-facts.ts';
import type { Shape } from '../tail/shape.ts';
import type { Operation } from '../operations/operation.ts';
import type { PlanLimits } from './step-plan.ts';
import type { WeightPart } from './steps.ts';

/** The largest buffer a kernel can be bound to, in bytes. */
export function largestBinding({ maxStorageBufferBindingSize, maxBufferSize }: PlanLimits): number {
  return Math.min(maxStorageBufferBindingSize, maxBufferSize);
}

/**
 * Returns the rows of a matrix of weights, `[rows, columns]`, in as few parts of equal size as a buffer's limit allows.
 *
 * @throws KernelsError `too-large` where not even one row fits
 */
export function weightParts(rows: number, columns: number, limits: PlanLimits): WeightPart[] {
  const limit = largestBinding(limits);
  const most = Math.floor(limit / (4 * columns));
  if (most < 1) {
    throw new KernelsError(
      'too-large',
      `A row of ${columns.toFixed()} weights passes the device's largest buffer of ${limit.toFixed()} bytes; ` +
        'use another executor.',
    );
  }
  const parts = Math.ceil(rows / most);
  const size = Math.ceil(rows / parts);
  return Array.from({ length: parts }, (_, i) => ({ start: i * size, end: Math.min(rows, (i + 1) * size) }));
}

/** The parts of an operation's kernel; none where it has no kernel. */
export function kernelParts(operation: Operation, input: Shape, limits: PlanLimits): WeightPart[] {
  const kernel = factsOf(operation).kernel(operation, input);
  return kernel ? weightParts(kernel.rows, kernel.columns, limits) : [];
}
