import type { ChunkFrame } from './chunk-frame.ts';

/** What a pool keeps at most: making small buffers takes longer than filling them, large ones are better given back. */
const LARGEST_BYTES = 32 * 1024 * 1024;

/** Frames that wait for submissions of one size. Must be disposed of. */
export class FramePool {
  readonly #make: () => ChunkFrame;
  readonly #free: ChunkFrame[] = [];
  #size = '';
  #freeBytes = 0;
  #isDisposed = false;

  constructor(make: () => ChunkFrame) {
    this.#make = make;
  }

  /** @param size by which submissions with buffers of the same sizes know each other */
  take(size: string): ChunkFrame {
    // Another size is wanted now: what is left of the last would only add to the memory in use.
    if (size !== this.#size) this.#clear();
    this.#size = size;
    const frame = this.#free.pop();
    if (!frame) return this.#make();
    this.#freeBytes -= frame.byteLength;
    return frame;
  }

  /** Takes a frame back that nothing uses any more. @param size as it was taken */
  giveBack(frame: ChunkFrame, size: string): void {
    const { byteLength } = frame;
    if (this.#isDisposed || size !== this.#size || this.#freeBytes + byteLength > LARGEST_BYTES) {
      frame.dispose();
      return;
    }
    this.#freeBytes += byteLength;
    this.#free.push(frame);
  }

  /** Ends the frames that nobody uses; those in use end when they are given back. May be called twice. */
  dispose(): void {
    this.#isDisposed = true;
    this.#clear();
  }

  #clear(): void {
    for (const frame of this.#free.splice(0)) frame.dispose();
    this.#freeBytes = 0;
  }
}
