import type { Frame } from '../launch/frame.ts';
import type { ChunkProgram } from './chunk-program.ts';
import { submissionsOf } from './run-chunk.ts';

/** Chunks of one submission that are under way together: one is computed, and the next is uploaded and encoded meanwhile. */
const MOST_UNDER_WAY = 2;

/**
 * Chunks of inputs that use one frame, one after the other: the device takes what they write and compute in order, so that only what is
 * read back exists for each. Chunks of several submissions, between which a run waits, are done before the next begins.
 */
export class ChunkLine {
  readonly program: ChunkProgram;
  readonly frame: Frame;
  readonly #most: number;
  readonly #underWay: Promise<void>[] = [];

  /** @param frame the line's until `end` or `abandon` */
  constructor(program: ChunkProgram, frame: Frame) {
    this.program = program;
    this.frame = frame;
    this.#most = submissionsOf(program) === 1 ? MOST_UNDER_WAY : 1;
  }

  /** Begins a chunk as soon as there is room for it. @throws what a chunk before it has failed with */
  async add(begin: () => Promise<void>): Promise<void> {
    while (this.#underWay.length >= this.#most) await this.#underWay.shift();
    const running = begin();
    // Whoever waits for it next gets its error.
    running.catch(() => undefined);
    this.#underWay.push(running);
  }

  /** When all chunks are done and nobody uses the frame any more. @throws what a chunk has failed with */
  async end(): Promise<void> {
    for (const running of this.#underWay) await running;
  }

  /** After an error: whether the frame's buffers hold what was written nobody knows. Chunks under way end first. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    this.frame.dispose();
  }
}
