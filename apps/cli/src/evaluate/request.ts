/** The command line of `evaluate`. */
export interface EvaluateRequest {
  readonly model: string;
  readonly data?: string | undefined;
  readonly limit?: number | undefined;
  readonly batch: number;
  readonly backend: 'auto' | 'webgpu' | 'wasm' | 'cpu';
  readonly normalize?: string | undefined;
  readonly labels?: string | undefined;
  readonly logits?: true | undefined;
  readonly failed: number;
  readonly history?: string | undefined;
  readonly html?: string | undefined;
  readonly svg?: string | undefined;
  readonly json?: true | undefined;
}

/** What says which data a command reads. */
export type DataRequest = Pick<EvaluateRequest, 'model' | 'data' | 'limit' | 'normalize' | 'labels' | 'json'>;
