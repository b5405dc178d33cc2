import * as tf from '@tensorflow/tfjs';
import {
  exposeWebGpu,
  findOnnxRuntime,
  KernelsError,
  requestDevice,
  type AdapterPreference,
  type Device,
} from '@ablation-cam/kernels';
import { useBackend } from '@ablation-cam/model';
import { summarize } from '../measure/statistics.ts';
import type { Engine } from './engine.ts';

/** The TensorFlow.js backends that strategies run on. */
export type BenchBackend = 'webgpu' | 'wasm';

/** What a run has to work with. */
export interface BenchRuntime {
  /** The GPU of the kernels and of TensorFlow.js alike; null where there is no adapter. */
  readonly device: Device | null;
  /** Why there is no device. */
  readonly absence: string | null;
  readonly backends: readonly BenchBackend[];
  /** Why an engine is not here, as a part of a sentence; null where it is. */
  absenceOf(engine: Engine): string | null;
  /** The version of ONNX Runtime; null where it is not here. */
  readonly onnxRuntimeVersion: string | null;
  /** Makes a backend current. */
  use(backend: BenchBackend): Promise<void>;
  /** Milliseconds from queueing next to nothing on a backend, which becomes the current one, to having it on the CPU. */
  roundTripMs(backend: BenchBackend): Promise<number>;
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
export async function openRuntime({
  adapter = 'auto',
  wasmPath,
}: RuntimeOptions = {}): Promise<BenchRuntime> {
  tf.enableProdMode();
  await useBackend('wasm', wasmPath === undefined ? {} : { wasmPath });
  const { device, absence } = await findDevice(adapter);
  if (device) {
    await exposeWebGpu();
    await useBackend('webgpu', { device: device.gpu, adapterInfo: device.gpu.adapterInfo });
  }
  const onnxRuntime = await findOnnxRuntime();
  const roundTrips = new Map<BenchBackend, number>();
  const runtime: BenchRuntime = {
    device,
    absence,
    backends: device ? ['webgpu', 'wasm'] : ['wasm'],
    onnxRuntimeVersion: onnxRuntime.version,
    absenceOf: (engine) => {
      if (engine === 'wasm') return null;
      if (engine === 'onnxruntime') return onnxRuntime.absence;
      return device ? null : 'there is no WebGPU adapter';
    },
    use: async (backend) => {
      if (tf.getBackend() !== backend) await tf.setBackend(backend);
    },
    roundTripMs: async (backend) => {
      await runtime.use(backend);
      const ms = roundTrips.get(backend) ?? (await measureRoundTrip(runtime));
      roundTrips.set(backend, ms);
      return ms;
    },
    wait: (results) => (device && tf.getBackend() === 'webgpu' ? device.settled(results) : results),
    dispose: () => device?.dispose(),
  };
  return runtime;
}

/** Smaller tensors are computed on the CPU. */
const ROUND_TRIP_SIZE = 4096;
const ROUND_TRIPS = 9;

async function measureRoundTrip(runtime: BenchRuntime): Promise<number> {
  const input = tf.zeros([ROUND_TRIP_SIZE]);
  const times: number[] = [];
  // The first one compiles and uploads.
  for (let trip = 0; trip <= ROUND_TRIPS; trip++) {
    const start = performance.now();
    const output = input.add(1);
    await runtime.wait(output.data());
    if (trip > 0) times.push(performance.now() - start);
    output.dispose();
  }
  input.dispose();
  return summarize(times).median;
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
