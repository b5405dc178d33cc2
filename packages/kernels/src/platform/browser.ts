import { noAdapter, type AdapterRequest } from '../device/adapter.ts';

/**
 * The browser's adapter.
 *
 * @throws KernelsError `no-adapter` with the remedy, where the browser has no WebGPU or gives no adapter
 */
export async function openAdapter({ preference }: AdapterRequest): Promise<GPUAdapter> {
  const gpu = (navigator as { gpu?: GPU }).gpu;
  if (gpu === undefined) {
    throw noAdapter(
      globalThis.isSecureContext
        ? 'This browser has no WebGPU; use a recent Chrome, Edge, Safari or Firefox.'
        : 'WebGPU is only there on pages served over https or from localhost; open this page from such an address.',
    );
  }
  const adapter = await gpu.requestAdapter(
    preference === 'software' ? { forceFallbackAdapter: true } : { powerPreference: 'high-performance' },
  );
  if (adapter === null) {
    throw noAdapter(
      'The browser has WebGPU but offers no adapter; turn on hardware acceleration in its settings or update the graphics driver.',
    );
  }
  return adapter;
}

/** What the browser's WGSL has besides its first version. */
export function languageFeatures(): Promise<ReadonlySet<string>> {
  // Not in every host with WebGPU: Deno's has none.
  const { gpu } = navigator as { gpu?: Partial<Pick<GPU, 'wgslLanguageFeatures'>> };
  return Promise.resolve(gpu?.wgslLanguageFeatures ?? new Set());
}

/** Nothing to do: a browser has `navigator.gpu` and WebGPU's constants. */
export function exposeWebGpu(): Promise<void> {
  return Promise.resolve();
}

/** The same promise: a browser's GPU process does the waiting. */
export function waitGently<T>(promise: Promise<T>): Promise<T> {
  return promise;
}

/** Null: what `onnxruntime-node` holds is native. */
export function importOnnxRuntime(): Promise<unknown> {
  return Promise.resolve(null);
}
