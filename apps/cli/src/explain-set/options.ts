import type { ExplainRequest } from '../explain/request.ts';

/** The options of `explain` that say what is explained and how, and so what the numbers are. */
export interface SetOptions extends Pick<
  ExplainRequest,
  | 'method'
  | 'layer'
  | 'output'
  | 'class'
  | 'topK'
  | 'ablation'
  | 'score'
  | 'weighting'
  | 'norm'
  | 'strategy'
  | 'normalize'
  | 'maxPixels'
> {
  /** Share of the input that is kept where drop and increase are measured; they are not where it is left out. */
  readonly drop?: number | undefined;
  readonly weights: 'float32' | 'float16';
}

/** The command line of `explain-set`. */
export interface SetRequest
  extends SetOptions, Pick<ExplainRequest, 'backend' | 'executor' | 'labels' | 'json'> {
  readonly source: string;
  readonly model: string;
  readonly out: string;
  readonly limit?: number | undefined;
  /** Samples of a chunk. */
  readonly shardSize?: number | undefined;
  /** Samples that are explained together. */
  readonly batch?: number | undefined;
  readonly workers?: number | undefined;
  readonly threads?: number | undefined;
  /** `i/n`: only these shards. */
  readonly shard?: string | undefined;
  readonly zarrFormat?: '2' | '3' | undefined;
  readonly dryRun?: true | undefined;
  readonly queue?: string | undefined;
  /** Seconds after which a worker of the queue that says nothing is taken for gone. */
  readonly silence?: number | undefined;
}
