import type { Device } from '@ablation-cam/kernels';
import { sharedDevice } from '@ablation-cam/xai';

const watched = new WeakSet<Device>();

/** Calls `onLoss` once the GPU device that explanations share is lost; to be called after each of them. */
export function watchDevice(onLoss: () => void): void {
  if (!('gpu' in navigator)) return;
  void (async () => {
    const device = await sharedDevice().catch(() => null);
    if (device === null || watched.has(device)) return;
    watched.add(device);
    await device.lost;
    onLoss();
  })();
}
