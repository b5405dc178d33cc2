export {
  dropAndIncrease,
  keptShares,
  type DropIncrease,
  type DropIncreaseOptions,
  type MaskProtocol,
} from './metrics/drop-increase.ts';
export { faithfulness, type Faithfulness } from './metrics/faithfulness.ts';
export {
  insertionDeletion,
  type Curve,
  type InsertionDeletion,
  type InsertionDeletionOptions,
} from './metrics/insertion-deletion.ts';
export type { MeasuredMap, MetricOptions } from './metrics/measured.ts';
export {
  localization,
  type GroundTruth,
  type Localization,
  type LocalizationOptions,
} from './metrics/localization.ts';
export {
  bootstrapMean,
  comparePaired,
  type BootstrapOptions,
  type MeanInterval,
  type PairedComparison,
} from './metrics/statistics.ts';
export { weightDifference } from './metrics/weight-difference.ts';
export { rankCorrelation } from './sanity/rank-correlation.ts';
export { structuralSimilarity } from './sanity/structural-similarity.ts';
export {
  weightRandomization,
  type RandomizationOptions,
  type RandomizationStage,
} from './sanity/weight-randomization.ts';
