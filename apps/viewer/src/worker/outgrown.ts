import { findBackend } from '@tensorflow/tfjs';
import { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/**
 * As much as WASM may hold for a network that is left, in bytes. It begins with 16 MB; a network with 10 MB of weights takes it to 57,
 * since libraries keep copies in layouts of their own.
 */
const MOST_BYTES = 48 * 2 ** 20;

/**
 * Whether TensorFlow.js's WASM memory is far larger than what most networks need: it grows with the largest that was open, and a WASM
 * memory never gives anything back, only the worker that has it.
 */
export function isOutgrown(): boolean {
  const backend: unknown = findBackend('wasm');
  if (!(backend instanceof BackendWasm)) return false;
  // Its type is that of Emscripten's modules, whose declarations do not come along.
  const { HEAPU8 } = backend.wasm as unknown as { readonly HEAPU8: Uint8Array };
  return HEAPU8.byteLength > MOST_BYTES;
}
