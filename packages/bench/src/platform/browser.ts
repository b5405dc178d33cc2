import type { HostFacts } from './host.ts';

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
