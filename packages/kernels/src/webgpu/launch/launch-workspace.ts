import { floats, type BufferSpec } from './buffer-spec.ts';
import type { Layout } from './layout.ts';

/** How the work of a submission is laid out, and the memory it takes besides values. */
export class LaunchWorkspace {
  readonly layout: Layout;
  readonly #scratch: BufferSpec[] = [];
  readonly #parts = new Parts();
  #taken = 0;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  /** Scratch may be taken again, in the same order, by a submission that needs no more of each. */
  restart(): void {
    this.#taken = 0;
  }

  /** A buffer that nobody else has before `restart`. */
  scratch(elements: number): BufferSpec {
    const at = this.#taken++;
    const spec = this.#scratch[at] ?? floats('scratch', elements);
    this.#scratch[at] = spec;
    return spec;
  }

  /** Where a launch leaves partial sums for the next one: one buffer, which is as large as the largest that was asked for. */
  parts(elements: number): BufferSpec {
    this.#parts.byteLength = Math.max(this.#parts.byteLength, 4 * elements);
    return this.#parts;
  }
}

class Parts implements BufferSpec {
  readonly label = 'partial sums';
  byteLength = 0;
}
