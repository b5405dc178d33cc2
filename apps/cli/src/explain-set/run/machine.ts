import { availableParallelism, freemem } from 'node:os';

/** What a machine has for explaining a set. */
export interface SetMachine {
  readonly cores: number;
  /** Bytes that programs can still take. */
  readonly memory: number;
  /** Bytes that this process takes: with a network loaded, what another one of the same set will as well. */
  readonly own: number;
}

/** What there is here: of the machine, or of the container that this program runs in. */
export function thisMachine(): SetMachine {
  // Node 20.11 and 20.12 do not know how much of a container's memory is taken.
  const available = (process.availableMemory as (() => number) | undefined)?.();
  const own = process.memoryUsage.rss();
  const memory = available ?? Math.min(freemem(), process.constrainedMemory() - own);
  return { cores: availableParallelism(), memory: Math.max(0, memory), own };
}

/** A process takes half a gigabyte before its first batch: the program, TensorFlow.js, ONNX Runtime, a small network. */
const PROCESS_BYTES = 2 ** 29;

/**
 * Returns how many processes explain a set where nobody says: one a core, as far as memory goes. On WebGPU it is one: several would
 * wait for one another, since all get the same adapter. WebGPU lists none (`requestAdapter` returns one, by a preference for
 * power), and Dawn takes the first whose name holds what it is told, which of several of one make is always the same.
 *
 * Source: WebGPU, W3C, section 4.2, "GPU"; Dawn, src/dawn/node/README.md, "adapter".
 */
export function usualWorkers({ cores, memory, own }: SetMachine, backend: string): number {
  if (backend === 'webgpu') return 1;
  return Math.max(1, Math.min(cores, Math.floor(memory / Math.max(PROCESS_BYTES, own))));
}

/** Values of a batch beyond which more samples make nothing quicker, and the most samples. Measured: docs/scale.md. */
const BATCH_VALUES = 2 ** 22;
const MOST_IN_BATCH = 256;

/** Of the memory of a process, batches take at most this share: the network's own activations take more. */
const BATCH_SHARE = 1 / 8;

/** How often the values of a sample are there at once: two batches read ahead, two put together. */
const INPUT_COPIES = 4;

/** And what was found out: of two batches, and of two shards. */
const RESULT_COPIES = 4;

/**
 * Returns how many samples are explained together where nobody says: a power of two, as many as are of use and fit into memory.
 * No adapter's limits are met by that: a batch has 16 MB of values, and WebGPU promises buffers of 256 MiB, bound 128 MiB at a time; how many of
 * them go through the network together is decided there.
 *
 * @param values of a sample
 * @param resultBytes of a sample
 * @param memory of one process, in bytes
 *
 * Source: WebGPU, W3C, section 3.6.2, "Limits": `maxBufferSize`, `maxStorageBufferBindingSize`.
 */
export function usualBatch(values: number, resultBytes: number, memory: number): number {
  const bytes = INPUT_COPIES * Float32Array.BYTES_PER_ELEMENT * values + RESULT_COPIES * resultBytes;
  const most = Math.min(MOST_IN_BATCH, BATCH_VALUES / values, (memory * BATCH_SHARE) / bytes);
  return 2 ** Math.floor(Math.log2(Math.max(1, most)));
}
