import type { Device } from '@ablation-cam/kernels';

/** Runs `work` and counts the dispatches that are encoded meanwhile on the device, whoever encodes them. */
export async function countDispatches<T>(
  device: Device | null,
  work: () => Promise<T>,
): Promise<{ result: T; dispatches: number }> {
  if (!device) return { result: await work(), dispatches: 0 };
  const { gpu } = device;
  let dispatches = 0;
  const createCommandEncoder = gpu.createCommandEncoder.bind(gpu);
  gpu.createCommandEncoder = (descriptor) => {
    const encoder = createCommandEncoder(descriptor);
    const beginComputePass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (passDescriptor) => {
      const pass = beginComputePass(passDescriptor);
      const dispatchWorkgroups = pass.dispatchWorkgroups.bind(pass);
      pass.dispatchWorkgroups = (...size) => {
        dispatches += 1;
        dispatchWorkgroups(...size);
      };
      return pass;
    };
    return encoder;
  };
  try {
    const result = await work();
    return { result, dispatches };
  } finally {
    // The method of the class is visible again.
    Reflect.deleteProperty(gpu, 'createCommandEncoder');
  }
}
