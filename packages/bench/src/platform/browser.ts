import type { NamedFile } from '@ablation-cam/model';
import type { HostFacts } from './host.ts';
import type { NsfwModelName } from './nsfw-models.ts';

export type { NsfwModelName };

/** Facts about this browser, for the environment of results. */
export function hostFacts(): HostFacts {
  const version = /(?:Chrome|Firefox|Version)\/[\d.]+/.exec(navigator.userAgent)?.[0] ?? navigator.userAgent;
  return {
    commit: null,
    runtime: version,
    versions: {},
    platform: navigator.userAgent.replace(/^[^(]*\(([^)]*)\).*$/, '$1'),
    processor: 'unknown',
    cores: navigator.hardwareConcurrency,
    load: null,
  };
}

/** Where the `.wasm` files of TensorFlow.js are served. */
export function wasmFolder(): string | undefined {
  return new URL('/wasm/', location.href).href;
}

/** Null: networks of tens of megabytes are no part of the page. */
export function nsfwModelFiles(_name: NsfwModelName): Promise<NamedFile[] | null> {
  return Promise.resolve(null);
}
