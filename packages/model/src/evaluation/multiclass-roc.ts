import { areaUnderCurve, rocCurve, type RocCurve } from './roc-curve.ts';
import { meanRocCurve, type MeanRocCurve } from './mean-roc-curve.ts';

/** A curve with its area, or the reason why there is none. */
export type RocResult<Curve = RocCurve> =
  | { readonly curve: Curve; readonly auc: number; readonly reason: null }
  | { readonly curve: null; readonly auc: null; readonly reason: string };

/** One-against-the-rest ROC curves of a classifier with their means. */
export interface MulticlassRoc {
  /** Class k against all others, by the score of class k; in class order. */
  readonly classes: readonly RocResult[];
  /** All decisions "sample i is of class k" pooled into one curve. */
  readonly micro: RocResult;
  /** The mean of the defined class curves; its area is the mean of their areas. */
  readonly macro: RocResult<MeanRocCurve>;
  /** Mean of the defined class AUCs weighted with the support, `null` when none is defined. */
  readonly weightedAuc: number | null;
  /** Classes left out of the macro and weighted means because their curve is undefined. */
  readonly excluded: readonly number[];
}

/**
 * ROC curves and AUCs of every class against the rest.
 *
 * A curve needs positives and negatives. For a class without samples, or when all samples are of one class, it is
 * undefined: `auc` is `null`, `reason` says why, and the class is left out of the means (`excluded`).
 *
 * @param labels true class indices, one a sample
 * @param scores `[samples, classCount]`, row-major
 */
export function multiclassRoc(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  classCount: number,
): MulticlassRoc {
  const sampleCount = labels.length;
  const supports = new Array<number>(classCount).fill(0);
  for (let i = 0; i < sampleCount; i++) supports[labels[i]!]!++;

  const column = new Float64Array(sampleCount);
  const classes = supports.map((support, k): RocResult => {
    if (support === 0) return undefinedCurve('the data hold no sample of this class');
    if (support === sampleCount) return undefinedCurve('all samples are of this class');
    for (let i = 0; i < sampleCount; i++) column[i] = scores[i * classCount + k]!;
    return definedCurve(rocCurve(column, (i) => labels[i] === k));
  });

  const defined = classes.flatMap(({ curve, auc }, k) =>
    curve === null ? [] : [{ curve, auc, support: supports[k]! }],
  );
  const none = 'no class has a defined curve';
  return {
    classes,
    micro:
      classCount < 2
        ? undefinedCurve('there is only one class')
        : definedCurve(rocCurve(scores, (i) => labels[Math.floor(i / classCount)] === i % classCount)),
    macro:
      defined.length === 0
        ? undefinedCurve(none)
        : {
            curve: meanRocCurve(defined.map(({ curve }) => curve)),
            auc: defined.reduce((sum, { auc }) => sum + auc, 0) / defined.length,
            reason: null,
          },
    weightedAuc:
      defined.length === 0
        ? null
        : defined.reduce((sum, { auc, support }) => sum + auc * support, 0) /
          defined.reduce((sum, { support }) => sum + support, 0),
    excluded: classes.flatMap(({ curve }, k) => (curve === null ? [k] : [])),
  };
}

function definedCurve(curve: RocCurve): RocResult {
  return { curve, auc: areaUnderCurve(curve), reason: null };
}

function undefinedCurve(reason: string): { curve: null; auc: null; reason: string } {
  return { curve: null, auc: null, reason };
}
