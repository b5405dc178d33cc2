import type { SkippedSource } from '../data/data-set.ts';
import type { ClassificationMetrics } from './classification-metrics.ts';
import type { FailedExample } from './failed-example.ts';

/** How well a model does on a data set, and where it fails. */
export interface EvaluationResult extends ClassificationMetrics {
  readonly dataName: string;
  /** Wrong predictions in all. */
  readonly failureCount: number;
  /** The most confident wrong predictions, at most as many as were asked for. */
  readonly failures: readonly FailedExample[];
  /** Samples that could not be read; they are in no figure. */
  readonly skipped: readonly SkippedSource[];
  /** What the figures were made with. */
  readonly run: {
    /** The TensorFlow.js backend, or `onnxruntime`. */
    readonly backend: string;
    readonly tfjsVersion: string;
    readonly batchSize: number;
    readonly elapsedMs: number;
  };
}
