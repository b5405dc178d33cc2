import type { Shape } from '@ablation-cam/kernels';
import type { SizedNetwork } from './network.ts';

/** Networks of other sizes are made anew: each shares its weights with the others but has a list of nodes of its own. */
const MOST_SIZES = 4;

/** The networks of definite sizes that were last asked for. */
export class SizeCache<Sized extends SizedNetwork = SizedNetwork> {
  readonly #sizes = new Map<string, Promise<Sized>>();
  readonly #forget: (network: Sized) => void;

  /** @param forget is told of networks that are not kept any longer; who has one may use it nevertheless */
  constructor(forget: (network: Sized) => void = () => undefined) {
    this.#forget = forget;
  }

  /** Returns the network of these sizes, or makes it; one that failed is made again. */
  async of(inputShapes: readonly Shape[] | undefined, make: () => Promise<Sized>): Promise<Sized> {
    const key = (inputShapes ?? []).map((shape) => shape.join('x')).join(' ');
    const found = this.#sizes.get(key) ?? make();
    // The last used comes last, so that the first is the one to forget.
    this.#sizes.delete(key);
    this.#sizes.set(key, found);
    for (const [old, network] of [...this.#sizes].slice(0, -MOST_SIZES)) {
      this.#sizes.delete(old);
      // One that failed has told whoever asked for it.
      void network.then(this.#forget, () => undefined);
    }
    try {
      return await found;
    } catch (error) {
      if (this.#sizes.get(key) === found) this.#sizes.delete(key);
      throw error;
    }
  }

  /** Forgets all of them. */
  clear(): void {
    const all = [...this.#sizes.values()];
    this.#sizes.clear();
    for (const network of all) void network.then(this.#forget, () => undefined);
  }
}
