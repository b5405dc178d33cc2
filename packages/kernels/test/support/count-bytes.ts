const COUNTED = ['Float64Array', 'Float32Array', 'Uint32Array', 'Int32Array'] as const;

/**
 * Returns the bytes of all typed arrays that are made while `run` runs, whether or not they are in use together: an upper bound
 * of what they take at any time, which no garbage collection makes smaller. Views of memory that is there count nothing.
 *
 * Arrays that `run` checks the class of have to be made by `run` itself.
 */
export async function bytesOfArrays(run: () => Promise<unknown>): Promise<number> {
  const globals = globalThis as Record<string, unknown>;
  const originals = COUNTED.map((name) => [name, globals[name] as ArrayConstructor] as const);
  let bytes = 0;
  for (const [name, Original] of originals) {
    // Of a class of its own, `map` and `slice` make arrays of that class, and so are counted as well.
    globals[name] = class extends Original {
      constructor(...given: unknown[]) {
        super(...given);
        if (!(given[0] instanceof ArrayBuffer)) bytes += this.byteLength;
      }
    };
  }
  try {
    await run();
  } finally {
    for (const [name, original] of originals) globals[name] = original;
  }
  return bytes;
}

type ArrayConstructor = new (...given: unknown[]) => { readonly byteLength: number };
