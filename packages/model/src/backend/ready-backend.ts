import * as tf from '@tensorflow/tfjs';
import { useBackend } from './use-backend.ts';

/** Brings up a backend, as `auto` chooses it without a GPU device, where the program has none yet. */
export async function readyBackend(): Promise<void> {
  const current = tf.getBackend() as string | undefined;
  if (!current) await useBackend('auto');
}
