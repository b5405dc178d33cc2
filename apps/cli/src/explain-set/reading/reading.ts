import type { ModelErrorCode, ReadInputOptions } from '@ablation-cam/model';

/** What a reading thread is begun with. */
export interface ReadingSettings {
  readonly source: string;
  readonly options: ReadInputOptions;
}

/** What a reading thread is asked for. */
export interface ReadingOrder {
  readonly id: number;
  readonly source: string;
}

/** What it answers. */
export type ReadingAnswer =
  | { readonly id: number; readonly data: Float32Array<ArrayBuffer>; readonly shape: readonly number[] }
  | { readonly id: number; readonly code: ModelErrorCode | null; readonly message: string };
