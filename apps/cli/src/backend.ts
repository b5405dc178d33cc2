import { KernelsError, requestDevice, type Device } from '@ablation-cam/kernels';
import { useBackend, type BackendChoice, type BackendName } from '@ablation-cam/model';

/** The TensorFlow.js backend of a command, and the way to give its GPU back. */
export interface CommandBackend {
  readonly choice: BackendChoice;
  /** The adapter WebGPU runs on; `null` for the other backends. */
  readonly adapter: string | null;
  dispose(): void;
}

/**
 * Makes a backend current. `auto` takes WebGPU on hardware; a software GPU is never its choice, being slower than WASM.
 *
 * @throws KernelsError `no-adapter` where `webgpu` was asked for and is not to be had; ModelError
 */
export async function openBackend(
  requested: BackendName | 'auto',
  signal: AbortSignal,
): Promise<CommandBackend> {
  const device = await findDevice(requested, signal);
  if (device === null) {
    const choice = await useBackend(requested);
    return { choice, adapter: null, dispose: () => undefined };
  }
  const { gpu, adapter } = device;
  const choice = await useBackend(requested, {
    device: gpu,
    adapterInfo: gpu.adapterInfo,
    software: adapter.software,
  });
  return {
    choice,
    adapter: adapter.description,
    dispose: () => {
      device.dispose();
    },
  };
}

async function findDevice(requested: BackendName | 'auto', signal: AbortSignal): Promise<Device | null> {
  if (requested === 'webgpu') return requestDevice({ signal });
  if (requested !== 'auto') return null;
  try {
    return await requestDevice({ adapter: 'hardware', signal });
  } catch (error) {
    if (error instanceof KernelsError && error.code === 'no-adapter') return null;
    throw error;
  }
}
