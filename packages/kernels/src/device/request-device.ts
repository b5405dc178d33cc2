import { languageFeatures, openAdapter } from '#platform';
import { KernelsError } from '../errors.ts';
import { describeAdapter, type AdapterInfo, type AdapterPreference } from './adapter.ts';
import type { Device } from './device.ts';

/** Which adapter `requestDevice` shall take, and a signal that ends the waiting for it. */
export interface DeviceOptions {
  /** Default: `auto`. */
  readonly adapter?: AdapterPreference;
  readonly signal?: AbortSignal;
}

/**
 * A new GPU device of this computer or browser. In Node without a hardware driver it is a software one (linux x64, with the
 * npm package `@sparticuz/chromium`). The caller disposes of it; a process can end without that.
 *
 * @throws KernelsError `no-adapter` with the remedy; the signal's reason
 */
export async function requestDevice(options: DeviceOptions = {}): Promise<Device> {
  const { adapter: preference = 'auto', signal } = options;
  signal?.throwIfAborted();
  const adapter = await openAdapter({ preference });
  signal?.throwIfAborted();
  const gpu = await open(adapter);
  const device = await deviceOf(gpu, adapter.info, true);
  if (signal?.aborted) device.dispose();
  signal?.throwIfAborted();
  return device;
}

/** A device that somebody else made, for instance TensorFlow.js, and will destroy: `dispose` leaves it alone. */
export function wrapDevice(gpu: GPUDevice, info: AdapterInfo): Promise<Device> {
  return deviceOf(gpu, info, false);
}

/** What handles a device is fetched once there is one. */
async function deviceOf(gpu: GPUDevice, info: AdapterInfo, isOwned: boolean): Promise<Device> {
  const { Device: Handle } = await import('./device.ts');
  return new Handle(gpu, describeAdapter(info), isOwned, await languageFeatures());
}

/** What a device has where its adapter does. */
const WANTED_FEATURES = ['timestamp-query', 'subgroups'] as const;

async function open(adapter: GPUAdapter): Promise<GPUDevice> {
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } = adapter.limits;
  try {
    return await adapter.requestDevice({
      label: 'ablation-cam',
      requiredFeatures: WANTED_FEATURES.filter((feature) => adapter.features.has(feature)),
      // The weights of a dense layer pass the default 128 MiB binding (VGG16: 411 MB); the grid is channels x inputs.
      requiredLimits: { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension },
    });
  } catch (error) {
    const name = describeAdapter(adapter.info).description;
    const message = `The adapter ${name} gave no device; update its driver, or close programs that use much GPU memory.`;
    throw new KernelsError('no-adapter', message, { cause: error });
  }
}
