import { arch, cpus, availableParallelism, platform, release } from 'node:os';
import { KernelsError, requestDevice, type AdapterDescription, type Device } from '@ablation-cam/kernels';
import { describeMachine, type MachineDescription } from '@ablation-cam/xai';
import { VERSION } from '../program-name.ts';
import { optionalPackages, type PackageFacts } from './packages.ts';

export interface AdapterFacts extends AdapterDescription {
  readonly timestamps: boolean;
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

/** Something that is missing, and the line that mends it; null where no line does. */
export interface Lack {
  readonly what: string;
  readonly remedy: string | null;
}

/** What explanations can run on here, and what they lack. */
export interface Diagnosis extends MachineDescription {
  readonly version: string;
  readonly node: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly packages: readonly PackageFacts[];
  readonly adapter: AdapterFacts | null;
  /** Why there is no adapter, or null. */
  readonly absence: string | null;
  readonly lacks: readonly Lack[];
}

/**
 * Looks at this machine: measures speeds that are not known yet, in less than a second.
 *
 * @throws KernelsError `no-adapter` where the software adapter was asked for and is not to be had; the signal's reason
 */
export async function diagnose(software: boolean, signal: AbortSignal): Promise<Diagnosis> {
  const { adapter, absence } = await adapterOf(software, signal);
  const machine = await describeMachine();
  const packages = await optionalPackages();
  return {
    version: VERSION,
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    packages,
    adapter,
    absence,
    ...machine,
    lacks: lacksOf(packages, machine, adapter, absence),
  };
}

async function adapterOf(
  software: boolean,
  signal: AbortSignal,
): Promise<Pick<Diagnosis, 'adapter' | 'absence'>> {
  let device: Device;
  try {
    device = await requestDevice({ adapter: software ? 'software' : 'auto', signal });
  } catch (error) {
    if (software || !(error instanceof KernelsError) || error.code !== 'no-adapter') throw error;
    return { adapter: null, absence: error.message };
  }
  try {
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    const timestamps = device.hasTimestamps;
    return {
      adapter: { ...device.adapter, timestamps, maxBufferSize, maxStorageBufferBindingSize },
      absence: null,
    };
  } finally {
    device.dispose();
  }
}

function lacksOf(
  packages: readonly PackageFacts[],
  { onnxRuntime }: MachineDescription,
  adapter: AdapterFacts | null,
  absence: string | null,
): Lack[] {
  const lacks: Lack[] = packages
    .filter(({ version }) => version === null)
    .map(({ name, use }) => ({ what: `${name}, for ${use}`, remedy: `npm install ${name}` }));
  if (onnxRuntime.version === null) {
    const what = `ONNX Runtime, the fastest on a CPU: ${onnxRuntime.absence ?? 'for an unknown reason'}`;
    lacks.push({ what, remedy: 'npm install onnxruntime-node' });
  }
  if (adapter === null) lacks.push({ what: `a GPU: ${absence ?? 'none was found'}`, remedy: null });
  else if (adapter.software) {
    const what = 'a graphics card or its driver (Vulkan, Metal or Direct3D 12): a CPU plays the GPU';
    lacks.push({ what, remedy: null });
  }
  return lacks;
}
