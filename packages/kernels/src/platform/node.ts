import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isSoftware, noAdapter, type AdapterRequest } from '../device/adapter.ts';
import { memoizePromise } from '../device/memoize-promise.ts';
import { packageMissing } from '../optional-package.ts';
import { withSoftwareVulkan } from './software-vulkan.ts';

/**
 * An adapter of Dawn, the implementation of WebGPU in the npm package `webgpu`: the system's driver where it has one,
 * otherwise SwiftShader from the npm package `@sparticuz/chromium`.
 *
 * @throws KernelsError `no-adapter` with the remedy
 */
export async function openAdapter({ preference }: AdapterRequest): Promise<GPUAdapter> {
  if (preference !== 'software') {
    const adapter = await systemAdapter();
    if (adapter !== null && (preference === 'auto' || !isSoftware(adapter.info))) return adapter;
    if (preference === 'hardware') {
      throw noAdapter(
        "No hardware WebGPU adapter was found; install the graphics card's Vulkan driver or allow a software adapter.",
      );
    }
  }
  const adapter = await (await softwareInstance()).requestAdapter();
  if (adapter === null) {
    throw noAdapter(
      'The software driver in @sparticuz/chromium gave no adapter; reinstall the package or remove its unpacked copy from the cache folder "ablation-cam".',
    );
  }
  return adapter;
}

/**
 * Defines `navigator.gpu` and WebGPU's constants (`GPUBufferUsage`, ...) as a browser has them, for libraries that
 * look for them there. Does nothing where they are defined already.
 */
export async function exposeWebGpu(): Promise<void> {
  const host = globalThis as { navigator?: { gpu?: GPU } };
  if (host.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  if (host.navigator?.gpu !== undefined) return;
  const gpu = await anyInstance();
  Object.defineProperty(host.navigator, 'gpu', { value: gpu, configurable: true });
  const { globals } = await dawn();
  for (const [name, value] of Object.entries(globals)) {
    if (!(name in globalThis))
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

/** What Dawn's WGSL has besides its first version. */
export async function languageFeatures(): Promise<ReadonlySet<string>> {
  const host = globalThis as { navigator?: { gpu?: GPU } };
  return (host.navigator?.gpu ?? (await anyInstance())).wgslLanguageFeatures;
}

const anyInstance = (): Promise<GPU> => (hasSystemDriver() ? systemInstance() : softwareInstance());

/** Loaded when first needed: where Dawn is not installed or has no build, everything that needs no GPU still works. */
const dawn = memoizePromise(async () => {
  try {
    return await import('webgpu');
  } catch (error) {
    throw noAdapter(packageMissing('webgpu', 'WebGPU in Node', error), error);
  }
});

// Dawn lives as long as the object `create` returned, so both are kept; they do not keep the process running.
const systemInstance = memoizePromise(async () => (await dawn()).create([]));

const softwareInstance = memoizePromise(async () => {
  const { create } = await dawn();
  return withSoftwareVulkan(async () => {
    const gpu = create([]);
    // The Vulkan loader reads its environment at the first request and never again.
    await gpu.requestAdapter();
    return gpu;
  });
});

async function systemAdapter(): Promise<GPUAdapter | null> {
  if (!hasSystemDriver()) return null;
  return (await systemInstance()).requestAdapter({ powerPreference: 'high-performance' });
}

/** On Linux, whether Vulkan's loader and a driver are installed: Dawn prints warnings when asked in vain. */
function hasSystemDriver(): boolean {
  if (process.platform !== 'linux') return true;
  return hasDriverManifest() && hasVulkanLoader();
}

/** Where the Vulkan loader looks for drivers (LoaderDriverInterface, "Driver Discovery on Linux"). */
function hasDriverManifest(): boolean {
  const env = process.env;
  if (env['VK_DRIVER_FILES'] || env['VK_ICD_FILENAMES'] || env['VK_ADD_DRIVER_FILES']) return true;
  const roots = [
    env['XDG_CONFIG_HOME'] || join(homedir(), '.config'),
    ...(env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':'),
    '/etc',
    env['XDG_DATA_HOME'] || join(homedir(), '.local/share'),
    ...(env['XDG_DATA_DIRS'] || '/usr/local/share:/usr/share').split(':'),
  ];
  return roots.some((root) => {
    try {
      return readdirSync(join(root, 'vulkan', 'icd.d')).some((name) => name.endsWith('.json'));
    } catch {
      return false;
    }
  });
}

/** The loader is no Node module, so `dlopen` fails in any case; the message tells whether the library is there. */
function hasVulkanLoader(): boolean {
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
    return true;
  } catch (error) {
    return !String(error).includes('cannot open shared object file');
  }
}

export { waitGently } from './node-waiting.ts';

/** The module of the npm package `onnxruntime-node`. @throws what the import throws, where it is not installed or broken */
export async function importOnnxRuntime(): Promise<unknown> {
  const module: unknown = await import('onnxruntime-node');
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : module;
}
