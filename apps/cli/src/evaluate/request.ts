import type { DataRequest } from '../open-data.ts';

/** The command line of `evaluate`. */
export interface EvaluateRequest extends DataRequest {
  readonly batch: number;
  readonly backend: 'auto' | 'webgpu' | 'onnxruntime' | 'wasm' | 'cpu';
  readonly logits?: true | undefined;
  readonly failed: number;
  readonly history?: string | undefined;
  readonly html?: string | undefined;
  readonly svg?: string | undefined;
}
