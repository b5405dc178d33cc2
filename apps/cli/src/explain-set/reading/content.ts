import { createHash } from 'node:crypto';
import { CONTENT, rowLength } from '@ablation-cam/model/results';

/** Returns what tells the bytes of a sample from others: the beginning of their SHA-256. */
export function contentOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest()).slice(0, rowLength(CONTENT.shape));
}
