import type { AblationCamResult } from '@ablation-cam/xai';
import type { Subject } from './open-subject.ts';
export interface Picture {
  readonly name: string;
  readonly png: Uint8Array;
}
export function drawPictures(_s: Subject, _r: AblationCamResult): Promise<Picture[]> {
  return Promise.resolve([]);
}
