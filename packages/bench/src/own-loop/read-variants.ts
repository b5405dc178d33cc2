import { BufferUsage, type Device } from '@ablation-cam/kernels';

/** Where a variant's logits are, `[inputs, classes]`, once it was evaluated. */
interface VariantLogits {
  readonly buffer: GPUBuffer;
  readonly inputs: number;
  readonly classes: number;
}

/**
 * Evaluates one variant after the other and waits for the logits of each. Returns them as `[inputs, channels, classes]`.
 *
 * @param submit submits the evaluation of a channel's variant, and what `copy` encodes after it
 */
export async function readVariants(
  device: Device,
  { buffer, inputs, classes }: VariantLogits,
  channels: number,
  submit: (channel: number, copy: (commands: GPUCommandEncoder) => void) => void,
): Promise<Float32Array<ArrayBuffer>> {
  const { copyTarget, mapRead } = BufferUsage;
  const byteLength = 4 * inputs * classes;
  const staging = device.createBuffer({
    label: 'logits of a variant',
    byteLength,
    usage: copyTarget | mapRead,
  });
  const logits = new Float32Array(inputs * channels * classes);
  try {
    for (let channel = 0; channel < channels; channel++) {
      const evaluate = (): GPUBuffer => {
        submit(channel, (commands) => {
          commands.copyBufferToBuffer(buffer, 0, staging, 0, byteLength);
        });
        return staging;
      };
      await device.read('loop', evaluate, (bytes) => {
        const variant = new Float32Array(bytes);
        for (let n = 0; n < inputs; n++) {
          logits.set(variant.subarray(n * classes, (n + 1) * classes), (n * channels + channel) * classes);
        }
      });
    }
    return logits;
  } finally {
    staging.destroy();
  }
}
