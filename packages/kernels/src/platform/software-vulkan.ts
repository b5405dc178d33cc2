import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { unpackChromiumPackage } from '@ablation-cam/tools/chromium-package';
import { noAdapter } from '../device/adapter.ts';

/** glibc's RTLD_NODELETE, which Node does not name: the library stays mapped after `dlopen` has failed. */
const RTLD_NODELETE = 0x1000;

/** Both names of the one setting: newer loaders prefer the first, older ones know only the second. */
const DRIVER_VARIABLES = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'];

/**
 * Runs `open` while the Vulkan loader and SwiftShader from the npm package `@sparticuz/chromium` are what Dawn finds.
 * Neither needs to be installed on the system. The environment is as before afterwards, so that child processes and
 * later requests for the hardware are not affected.
 *
 * @throws KernelsError `no-adapter` with the remedy, where the package is absent or not for this platform
 */
export async function withSoftwareVulkan<T>(open: () => Promise<T>): Promise<T> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw noAdapter(
      `No WebGPU adapter was found, and the software driver is only for linux x64 (this is ${process.platform} ${process.arch}); install a graphics driver (Vulkan, Metal or Direct3D 12).`,
    );
  }
  const folder = await unpackedDriver();
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    process.dlopen({ exports: {} }, join(folder, 'libvulkan.so.1'), RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  } catch (error) {
    // It is no Node module, which Node says after mapping it; Dawn then finds the mapped library by its name.
    if (!String(error).includes('did not self-register')) {
      throw noAdapter(
        `The Vulkan loader in ${folder} could not be loaded; remove that folder and try again.`,
        error,
      );
    }
  }
  return withEnvironment(DRIVER_VARIABLES, join(folder, 'vk_swiftshader_icd.json'), open);
}

async function withEnvironment<T>(
  names: readonly string[],
  value: string,
  run: () => Promise<T>,
): Promise<T> {
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) process.env[name] = value;
  try {
    return await run();
  } finally {
    for (const [name, old] of before) {
      if (old === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = old;
    }
  }
}

async function unpackedDriver(): Promise<string> {
  const entry = locatePackage();
  try {
    return await unpackChromiumPackage(entry, ['swiftshader']);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw noAdapter(
      `The software driver in @sparticuz/chromium could not be unpacked (${why}); free some space in the cache folder "ablation-cam" or reinstall the package.`,
      error,
    );
  }
}

function locatePackage(): string {
  try {
    return createRequire(import.meta.url).resolve('@sparticuz/chromium');
  } catch (error) {
    throw noAdapter(
      'No WebGPU adapter was found; install a Vulkan driver, or the package with a software driver: `npm install @sparticuz/chromium`.',
      error,
    );
  }
}
