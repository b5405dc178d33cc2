import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';

/** Folder of TF.js's `.wasm` files, ending in a separator; `undefined` where the package is not installed. */
export function wasmBinaryFolder(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    // A bundle may lie outside this package, which then knows where its own dependencies are.
    const own = moduleFolder(require, '@ablation-cam/model');
    return moduleFolder(own === undefined ? require : createRequire(join(own, 'index.js')), wasmPackage);
  } catch {
    return undefined;
  }
}

/** The WASM backend has no threads in Node (tensorflow/tfjs#3830). */
export function defaultThreadCount(): number {
  return 1;
}

/**
 * Runs `work` and takes away the listeners it adds for uncaught errors: those of the WASM module throw the error again,
 * which prints its whole minified source.
 */
export async function keepingErrorListeners<T>(work: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')));
  try {
    return await work();
  } finally {
    events.forEach((event, index) => {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (!before[index]?.has(listener)) process.removeListener(event, listener);
      }
    });
  }
}

const wasmPackage = '@tensorflow/tfjs-backend-wasm';

function moduleFolder(require: NodeJS.Require, name: string): string | undefined {
  try {
    return dirname(require.resolve(name)) + sep;
  } catch {
    return undefined;
  }
}
