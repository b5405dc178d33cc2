import type { SetPlan } from '@ablation-cam/model/results';
import type { ExplainRequest } from '../explain/request.ts';

/** The options of `explain` that say what is explained and how, and so what the numbers are. */
export type SetOptions = SetPlan['options'];

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
