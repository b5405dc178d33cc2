/** In a browser only the page knows where its `.wasm` files are served. */
export function wasmBinaryFolder(): string | undefined {
  return undefined;
}

/** Beyond some eight threads the networks of this size only wait for each other. */
export function defaultThreadCount(): number {
  return Math.min(8, navigator.hardwareConcurrency);
}

/** The WASM module adds listeners for uncaught errors in Node only. */
export function keepingErrorListeners<T>(work: () => Promise<T>): Promise<T> {
  return work();
}
