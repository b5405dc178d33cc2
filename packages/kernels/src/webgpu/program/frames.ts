import type { ChunkProgram } from './chunk-program.ts';
import { Frame, type FrameOwner } from '../launch/frame.ts';

/** What is kept at most: making small buffers takes longer than filling them, large ones are better given back. */
const LARGEST_BYTES = 32 * 1024 * 1024;

/** Programs with the frames that wait for their next run; of one size at a time. Must be disposed of. */
export class Frames {
  readonly #source: FrameOwner;
  readonly #free: Frame[] = [];
  #program: ChunkProgram | undefined;
  #key = '';
  #freeBytes = 0;
  #isDisposed = false;

  constructor(source: FrameOwner) {
    this.#source = source;
  }

  /** @param key by which runs with the same program know each other */
  program(key: string, make: () => ChunkProgram): ChunkProgram {
    if (this.#program && key === this.#key) return this.#program;
    // Another size is wanted now: what is left of the last would only add to the memory in use.
    this.#clear();
    this.#key = key;
    return (this.#program = make());
  }

  take(program: ChunkProgram): Frame {
    const frame = program === this.#program ? this.#free.pop() : undefined;
    if (!frame) return new Frame(this.#source);
    this.#freeBytes -= frame.byteLength;
    return frame;
  }

  /** Takes a frame back that nothing uses any more. */
  giveBack(frame: Frame, program: ChunkProgram): void {
    const { byteLength } = frame;
    // What takes several submissions takes long: nothing is gained by keeping it.
    const isKept = !this.#isDisposed && program === this.#program && program.batches === 1;
    if (!isKept || this.#freeBytes + byteLength > LARGEST_BYTES) {
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
    this.#program = undefined;
    this.#freeBytes = 0;
  }
}
