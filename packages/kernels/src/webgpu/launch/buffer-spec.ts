/**
 * A storage buffer before it is made, told from others by identity: what kernels are bound to, and how much memory that takes, is
 * known without a device.
 */
export interface BufferSpec {
  readonly label: string;
  readonly byteLength: number;
}

/** One whose contents come with the plan; they are worked out when they are uploaded. */
export interface ConstantSpec extends BufferSpec {
  readonly contents: () => Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
}

/** A buffer of float32 numbers. */
export function floats(label: string, elements: number): BufferSpec {
  return { label, byteLength: 4 * elements };
}
