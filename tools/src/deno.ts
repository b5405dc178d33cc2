import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unpackChromiumPackage } from './chromium-package.ts';

/** A program and its arguments, to be followed by a script's, and what its environment has besides. */
export interface DenoCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Deno of the npm package `deno`, whose WebGPU is wgpu as in Firefox, on the software driver inside `@sparticuz/chromium`; null
 * where there is none of both but on linux x64.
 */
export async function denoCommand(): Promise<DenoCommand | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const require = createRequire(import.meta.url);
  // The package's own command copies the program once it is run for the first time.
  const fromDeno = createRequire(require.resolve('deno/bin.cjs'));
  const program = join(dirname(fromDeno.resolve('@deno/linux-x64-glibc/package.json')), 'deno');
  const driver = await unpackChromiumPackage(require.resolve('@sparticuz/chromium'), ['swiftshader']);
  const manifest = join(driver, 'vk_swiftshader_icd.json');
  return {
    program,
    args: ['run', '--allow-all', '--unstable-webgpu'],
    env: {
      LD_LIBRARY_PATH: driver,
      VK_DRIVER_FILES: manifest,
      VK_ICD_FILENAMES: manifest,
      DENO_NO_UPDATE_CHECK: '1',
    },
  };
}
