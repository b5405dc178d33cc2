import { sharedDevice } from '@ablation-cam/xai';

/** Whether the browser gives a WebGPU device. */
export async function hasWebGpu(): Promise<boolean> {
  if (!('gpu' in navigator)) return false;
  return sharedDevice().then(
    () => true,
    () => false,
  );
}
