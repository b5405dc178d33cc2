import * as tf from '@tensorflow/tfjs';
import { defaultThreadCount, keepingErrorListeners, wasmBinaryFolder } from '#platform';
import { ModelError } from '../errors.ts';

/** The backends of TensorFlow.js that are used here. */
export type BackendName = 'webgpu' | 'wasm' | 'cpu';

/** What `useBackend` may be told of the machine. */
export interface BackendOptions {
  /** The device TF.js shall share; without one `webgpu` is refused and `auto` passes it over. */
  readonly device?: GPUDevice;
  /** Describes that device's adapter to TF.js, which tunes some kernels by it. */
  readonly adapterInfo?: GPUAdapterInfo;
  /** The adapter is a software one: `auto` then prefers WASM, whose convolutions are some 50 times faster. */
  readonly software?: boolean;
  /**
   * Folder or URL prefix of the `tfjs-backend-wasm*.wasm` files, ending in `/`, or the URL of each by its name, as bundlers
   * give them. Default: found in Node; in a browser beside the page, or beside the script where that is a worker's or no
   * module. Only the first call that needs them takes it.
   */
  readonly wasmPath?: string | WasmUrls;
  /** Threads of the WASM backend, where the host allows any (a cross-origin isolated page). Default: the cores, at most 8. */
  readonly threads?: number;
}

/** The URLs of TensorFlow.js's WASM files by their names; a browser takes one of them. */
export interface WasmUrls {
  readonly 'tfjs-backend-wasm.wasm': string;
  readonly 'tfjs-backend-wasm-simd.wasm': string;
  readonly 'tfjs-backend-wasm-threaded-simd.wasm': string;
}

/** What was chosen and why, for reports. */
export interface BackendChoice {
  readonly requested: BackendName | 'auto';
  readonly backend: BackendName;
  readonly reason: string;
}

/**
 * Makes one TF.js backend the current one, initialised, with the convolution gradients it lacks and wrong kernels replaced;
 * returns the choice.
 * `auto` takes WebGPU on a hardware adapter, else WASM, else (where WebAssembly is missing) plain JavaScript.
 *
 * @throws ModelError `invalid-option` for an unknown name or `webgpu` without a device, `not-found` where the WASM
 * binaries could not be loaded.
 */
export async function useBackend(
  requested: BackendName | 'auto' = 'auto',
  options: BackendOptions = {},
): Promise<BackendChoice> {
  silenceBanner();
  switch (requested) {
    case 'webgpu':
      await useWebgpu(options);
      return { requested, backend: 'webgpu', reason: 'asked for' };
    case 'wasm':
      await useWasm(options);
      return { requested, backend: 'wasm', reason: 'asked for' };
    case 'cpu':
      await tf.setBackend('cpu');
      return { requested, backend: 'cpu', reason: 'asked for' };
    case 'auto':
      return chooseBackend(options);
    default:
      throw new ModelError(
        'invalid-option',
        `Unknown backend ${JSON.stringify(requested)}; use auto, webgpu, wasm or cpu.`,
      );
  }
}

async function chooseBackend(options: BackendOptions): Promise<BackendChoice> {
  const requested = 'auto';
  if (options.device !== undefined && options.software !== true) {
    await useWebgpu(options);
    return { requested, backend: 'webgpu', reason: 'a hardware WebGPU adapter is present' };
  }
  const why =
    options.device === undefined
      ? 'no WebGPU device was given'
      : 'the WebGPU adapter is a software one, on which convolutions are slow';
  if (typeof WebAssembly === 'undefined') {
    await tf.setBackend('cpu');
    return { requested, backend: 'cpu', reason: `${why}, and WebAssembly is missing` };
  }
  await useWasm(options);
  return { requested, backend: 'wasm', reason: why };
}

async function useWebgpu({ device, adapterInfo }: BackendOptions): Promise<void> {
  if (device === undefined) {
    throw new ModelError(
      'invalid-option',
      'The webgpu backend needs a GPUDevice: pass one as `device`, or choose wasm or cpu.',
    );
  }
  const current: unknown = tf.findBackend('webgpu');
  const isOnDevice =
    typeof current === 'object' && current !== null && 'device' in current && current.device === device;
  if (!isOnDevice) {
    const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
    if ('webgpu' in tf.engine().registryFactory) tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapterInfo), 3);
  }
  if (!(await tf.setBackend('webgpu'))) {
    throw new ModelError('not-found', 'The webgpu backend did not start on this device; choose wasm or cpu.');
  }
}

let wasmReady = false;

async function useWasm({ wasmPath, threads }: BackendOptions): Promise<void> {
  // TensorFlow.js walks through all kernels at each change of the backend.
  if (wasmReady && tf.getBackend() === 'wasm') return;
  const folder = wasmPath ?? wasmBinaryFolder();
  if (!wasmReady) {
    // Imported only now: it registers itself as the backend TensorFlow.js likes best, for the whole program.
    const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    if (folder !== undefined) placeWasmFiles(folder, setWasmPaths);
    setThreadsCount(threads ?? defaultThreadCount());
  }
  if (!(await keepingErrorListeners(() => tf.setBackend('wasm')))) {
    throw new ModelError(
      'not-found',
      `The WASM backend did not start: its .wasm files were not found ${placeText(folder)}. ` +
        'Serve those of @tensorflow/tfjs-backend-wasm/dist and say where before anything else: ' +
        "await useBackend('auto', { wasmPath: '/folder/' }).",
    );
  }
  const { repairWasm } = await import('./wasm-repairs.ts');
  wasmReady = true;
  repairWasm();
}

function placeText(place: string | WasmUrls | undefined): string {
  if (place === undefined) return 'beside the page or script';
  return `at ${typeof place === 'string' ? place : Object.values(place).join(', ')}`;
}

/** @throws ModelError `not-found` after a failed start, when TF.js lets nobody name another place. */
function placeWasmFiles(
  files: string | WasmUrls,
  place: (files: string | Record<string, string>) => void,
): void {
  try {
    place(typeof files === 'string' ? files : { ...files });
  } catch (cause) {
    throw new ModelError(
      'not-found',
      'The WASM backend failed to start before, and TensorFlow.js does not look elsewhere after that. ' +
        'Start the program or page again and give `wasmPath` in the first call of useBackend.',
      { cause },
    );
  }
}

/** TF.js advertises its native bindings on the first use of the CPU backend in Node; a library has no business printing. */
function silenceBanner(): void {
  const cpu: unknown = tf.findBackend('cpu');
  if (typeof cpu === 'object' && cpu !== null && 'firstUse' in cpu) cpu.firstUse = false;
}
