/** What differs between Node and the browser; `browser.ts` exports the same names. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import type { HostFacts } from './host.ts';

export { nsfwModelFiles, type NsfwModelName } from './nsfw-models.ts';

/** Facts about this computer, for the environment of results. */
export function hostFacts(): HostFacts {
  const dawn = dawnVersion();
  return {
    commit: process.env['ABLATION_CAM_COMMIT'] || gitCommit(),
    runtime: `Node ${process.version}`,
    versions: { v8: process.versions.v8, ...(dawn === null ? {} : { 'webgpu (Dawn)': dawn }) },
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    load: process.platform === 'win32' ? null : (loadavg()[0] ?? null),
  };
}

/** Where the `.wasm` files of TensorFlow.js lie; undefined: the model package finds them. */
export function wasmFolder(): string | undefined {
  return process.env['ABLATION_CAM_WASM'] || undefined;
}

function gitCommit(): string | null {
  try {
    const options = { cwd: dirname(process.argv[1] ?? '.'), encoding: 'utf8', stdio: 'pipe' } as const;
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], options).trim();
  } catch {
    return null;
  }
}

function dawnVersion(): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve('webgpu');
    const manifest = JSON.parse(readFileSync(join(dirname(entry), 'package.json'), 'utf8')) as {
      version: string;
    };
    return manifest.version;
  } catch {
    return null;
  }
}
