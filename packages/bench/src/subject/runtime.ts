import * as tf from '@tensorflow/tfjs';
import {
  exposeWebGpu,
  KernelsError,
  requestDevice,
  type AdapterPreference,
  type Device,
} from '@ablation-cam/kernels';
import { useBackend } from '@ablation-cam/model';

/** The TensorFlow.js backends that strategies run on. */
export type BenchBackend = 'webgpu' | 'wasm';

/** What a run has to work with. */
export interface Runtime {
  /** The GPU of the kernels and of TensorFlow.js alike; null where there is no adapter. */
  readonly device: Device | null;
  /** Why there is no device. */
  readonly absence: string | null;
  readonly backends: readonly BenchBackend[];
  /** Makes a backend current. */
  use(backend: BenchBackend): Promise<void>;
  /** Waits for results of the current backend, leaving the cores to a software GPU meanwhile. */
  wait<T>(results: Promise<T>): Promise<T>;
  dispose(): void;
}

export interface RuntimeOptions {
  readonly adapter?: AdapterPreference;
  /** Where the `.wasm` files are, ending in a slash; by default they are found. */
  readonly wasmPath?: string | undefined;
}

/** Brings up everything once: the GPU device, and TensorFlow.js on it and on WASM. The caller disposes of it. */
export async function openRuntime({ adapter = 'auto', wasmPath }: RuntimeOptions = {}): Promise<Runtime> {
  tf.enableProdMode();
  await useBackend('wasm', wasmPath === undefined ? {} : { wasmPath });
  const { device, absence } = await findDevice(adapter);
  if (device) {
    await exposeWebGpu();
    await useBackend('webgpu', { device: device.gpu, adapterInfo: device.gpu.adapterInfo });
  }
  return {
    device,
    absence,
    backends: device ? ['webgpu', 'wasm'] : ['wasm'],
    use: async (backend) => {
      if (tf.getBackend() !== backend) await tf.setBackend(backend);
    },
    wait: (results) => (device && tf.getBackend() === 'webgpu' ? device.settled(results) : results),
    dispose: () => device?.dispose(),
  };
}

async function findDevice(
  adapter: AdapterPreference,
): Promise<{ device: Device | null; absence: string | null }> {
  try {
    return { device: await requestDevice({ adapter }), absence: null };
  } catch (error) {
    if (!(error instanceof KernelsError) || error.code !== 'no-adapter') throw error;
    return { device: null, absence: error.message };
  }
}
