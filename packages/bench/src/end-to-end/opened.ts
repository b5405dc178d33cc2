/** Frees what was opened, the last first. (Node 20 has no `AsyncDisposableStack`.) */
export class Opened implements AsyncDisposable {
  readonly #disposers: (() => void | Promise<void>)[] = [];

  /** Takes care of a resource, and returns it. */
  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(async () => resource[Symbol.asyncDispose]());
    return resource;
  }

  defer(dispose: () => void | Promise<void>): void {
    this.#disposers.push(dispose);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const dispose of this.#disposers.splice(0).reverse()) await dispose();
  }
}
