/**
 * The flags of `GPUBufferUsage` (WebGPU, section 5.1.2), whose values the standard fixes. Node has no such global, and
 * a library should not define one.
 */
export const BufferUsage = {
  mapRead: 0x0001,
  mapWrite: 0x0002,
  copySource: 0x0004,
  copyTarget: 0x0008,
  uniform: 0x0040,
  storage: 0x0080,
  queryResolve: 0x0200,
} as const;

/** `GPUMapMode.READ`. */
export const MAP_READ = 0x0001;
