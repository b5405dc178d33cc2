import { releaseSessions } from '@ablation-cam/model';
import { exclusive } from '../runtime/exclusive.ts';
import { releaseSharedDevice } from '../runtime/shared-device.ts';
import { PreparedAblations } from './prepared-ablations.ts';

/** Layers whose plans stay prepared between calls without an explainer of their own, over all networks. */
const MOST_LAYERS = 4;

/** What the calls of `ablationCam` and `explain` share. */
export const sharedAblations = new PreparedAblations(MOST_LAYERS);

/**
 * Frees what calls have prepared and the shared device, if there is one; the next call makes them anew. Networks survive it:
 * their weights are kept on the host.
 */
export async function releaseDevice(): Promise<void> {
  await exclusive(async () => {
    sharedAblations.dispose();
    releaseSessions();
    await releaseSharedDevice();
  });
}
