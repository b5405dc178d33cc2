import { KernelsError } from '../errors.ts';

/** `auto` prefers hardware and takes a software adapter where there is none. */
export type AdapterPreference = 'auto' | 'hardware' | 'software';

export interface AdapterRequest {
  readonly preference: AdapterPreference;
}

/** What the work runs on, in words that can be stored with results. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** Whether a CPU plays the GPU: convolutions are slow there. */
  readonly software: boolean;
}

/** The part of `GPUAdapterInfo` that is read here; `isFallbackAdapter` is absent in older browsers. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

export function isSoftware(info: AdapterInfo): boolean {
  const { vendor, architecture, device, description } = info;
  return (
    info.isFallbackAdapter === true ||
    SOFTWARE_NAMES.test([vendor, architecture, device, description].join(' '))
  );
}

export function describeAdapter(info: AdapterInfo): AdapterDescription {
  const { vendor, architecture, device, description } = info;
  const words = description || device || [vendor, architecture].filter((word) => word !== '').join(' ');
  return { vendor, architecture, description: words || 'unnamed adapter', software: isSoftware(info) };
}

export function noAdapter(message: string, cause?: unknown): KernelsError {
  return new KernelsError('no-adapter', message, { cause });
}
