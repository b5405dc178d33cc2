/** Results of `ablation-cam explain-set`, read where they lie; from outside `@ablation-cam/model/results`. */
export { rowLength, type ArraySpec, type DataType, type Rows } from './results/array-spec.ts';
export {
  CONTENT,
  ERROR,
  keepsTop,
  LABEL,
  LOGITS,
  PREDICTED,
  PROBABILITIES,
  resultArrays,
  scoresPath,
  SOURCE,
  STATE,
  STATES,
  TOP_CLASS,
  TOP_CLASSES,
  TOP_SCORE,
} from './results/layout.ts';
export { ResultReader, type ListedSample, type ReadableResult } from './results/result-reader.ts';
export * from './results/set-plan.ts';
export { shardRange, shardsOf } from './results/shards.ts';
export type { ResultKey } from './results/zarr-names.ts';
