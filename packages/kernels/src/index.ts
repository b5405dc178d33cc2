export * from './errors.ts';
export type * from './tail/tail.ts';
export { Device, type BufferRequest } from './device/device.ts';
export { requestDevice, wrapDevice, type DeviceOptions } from './device/request-device.ts';
export type { AdapterDescription, AdapterInfo, AdapterPreference } from './device/adapter.ts';
export type { Overrides, Shader } from './device/pipeline-cache.ts';
export { BufferUsage } from './device/usage.ts';
export { exposeWebGpu } from '#platform';
