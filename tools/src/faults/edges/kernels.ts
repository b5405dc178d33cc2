import { makePoint, type Fault } from '../points.ts';

/** The part of TensorFlow.js's engine that computes. */
export interface KernelEngine {
  runKernel(...args: never[]): unknown;
}

/** What JavaScript engines say where an array does not fit. */
const NO_MEMORY: Fault = {
  name: 'out of memory',
  instead: () => {
    throw new RangeError('Array buffer allocation failed');
  },
};

/** What a WebAssembly program does that goes on with an address it did not get. */
const TRAP: Fault = {
  name: 'memory trap',
  instead: () => {
    throw new WebAssembly.RuntimeError('memory access out of bounds');
  },
};

/**
 * Makes every kernel that TensorFlow.js runs a point; to be called once in a process.
 *
 * @param isWebAssembly whether the current backend is one
 */
export function kernelsArePoints(engine: KernelEngine, isWebAssembly: () => boolean): void {
  makePoint(engine, 'runKernel', () => (isWebAssembly() ? [NO_MEMORY, TRAP] : [NO_MEMORY]));
}
