import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { unpackChromiumPackage } from './chromium-package.ts';

/** WebGPU on the software driver; other combinations crash once a canvas is drawn with WebGPU. */
const SOFTWARE_GPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan,DefaultANGLEVulkan,VulkanFromANGLE',
  '--use-angle=swiftshader',
];

/** No request leaves the machine. */
const OFFLINE = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/**
 * A headless Chromium with WebGPU: the one named by the environment variable ABLATION_CAM_CHROME, otherwise the one
 * inside `@sparticuz/chromium` with its software driver (linux x64), otherwise an installed Chrome. The caller closes it.
 *
 * @param extra command line arguments besides those for the GPU
 * @throws Error one sentence that says what is missing
 */
export async function launchChromium(extra: readonly string[] = []): Promise<Browser> {
  const named = process.env['ABLATION_CAM_CHROME'];
  if (named) {
    return chromium.launch({
      executablePath: named,
      args: ['--enable-unsafe-webgpu', ...OFFLINE, ...extra],
    });
  }
  if (process.platform === 'linux' && process.arch === 'x64') return launchPackaged(extra);
  try {
    return await chromium.launch({
      channel: 'chrome',
      args: ['--enable-unsafe-webgpu', ...OFFLINE, ...extra],
    });
  } catch (cause) {
    const message =
      'no Chrome was found; install it or name a Chromium in the environment variable ABLATION_CAM_CHROME';
    throw new Error(message, { cause });
  }
}

async function launchPackaged(extra: readonly string[]): Promise<Browser> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const folder = await unpackChromiumPackage(entry, ['chromium', 'swiftshader', 'al2023', 'fonts']);
  // The system's own libraries come first; those in the package are for systems that lack them.
  const libraries = [
    process.env['LD_LIBRARY_PATH'],
    '/lib/x86_64-linux-gnu',
    '/usr/lib64',
    join(folder, 'lib'),
  ];
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: ['--no-sandbox', ...SOFTWARE_GPU, ...OFFLINE, ...extra],
    env: {
      ...definedEnvironment(),
      LD_LIBRARY_PATH: libraries.filter(Boolean).join(delimiter),
      FONTCONFIG_PATH: folder,
    },
  });
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
