import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ModelError } from '../src/errors.ts';
import { classificationMetrics, predictedClasses } from '../src/evaluation/classification-metrics.ts';
import {
  classificationReport,
  formatClassificationReport,
  type ReportLine,
} from '../src/evaluation/classification-report.ts';
import { confusionMatrix, normaliseConfusion } from '../src/evaluation/confusion-matrix.ts';
import { meanRocCurve } from '../src/evaluation/mean-roc-curve.ts';
import { areaUnderCurve, rocCurve } from '../src/evaluation/roc-curve.ts';
import golden from './golden/evaluation/metrics.json';

interface GoldenCurve {
  readonly falsePositiveRate: readonly number[];
  readonly truePositiveRate: readonly number[];
  /** Without the first, which is above every score. */
  readonly thresholds: readonly number[];
  readonly auc: number;
}

interface GoldenCase {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly labels: readonly number[];
  readonly scores: readonly number[];
  readonly expected: {
    readonly predictions: readonly number[];
    readonly accuracy: number;
    readonly confusion: readonly (readonly number[])[];
    readonly normalised: Readonly<Record<'true' | 'predicted' | 'all', readonly (readonly number[])[]>>;
    readonly classes: readonly ReportLine[];
    readonly macro: ReportLine;
    readonly weighted: ReportLine;
    readonly text: Readonly<Record<'2' | '4', string>> | null;
    readonly roc: readonly (GoldenCurve | null)[];
    readonly micro: GoldenCurve | null;
    readonly macroAuc: number | null;
    readonly weightedAuc: number | null;
  };
}

/** Both sides are float64 and differ only in the order of a few hundred additions. */
const tolerance = { absolute: 1e-12 };

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assertClose(actual, expected, tolerance, what);
}

function sameLine(actual: ReportLine, expected: ReportLine, what: string): void {
  for (const key of ['precision', 'recall', 'f1', 'support'] as const) {
    close([actual[key]], [expected[key]], `${what} ${key}`);
  }
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

function code(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof ModelError) return error.code;
    throw error;
  }
  return undefined;
}

const metrics = suite('classification metrics');

for (const { name, classNames, labels, scores, expected } of golden.cases as readonly GoldenCase[]) {
  metrics(`equal scikit-learn's: ${name}`, () => {
    const result = classificationMetrics(labels, scores, classNames);
    assert.equal([...predictedClasses(scores, classNames.length)], expected.predictions);
    close([result.accuracy], [expected.accuracy], 'accuracy');
    assert.equal(result.confusion, expected.confusion);
    for (const over of ['true', 'predicted', 'all'] as const) {
      const matrix = normaliseConfusion(result.confusion, over);
      matrix.forEach((row, t) => {
        close(row, expected.normalised[over][t]!, `normalised ${over} ${t}`);
      });
    }
    result.classes.forEach((line, k) => {
      sameLine(line, expected.classes[k]!, `class ${k}`);
    });
    sameLine(result.means.macro, expected.macro, 'macro');
    sameLine(result.means.weighted, expected.weighted, 'weighted');
    close([result.means.micro.f1], [expected.accuracy], 'micro');

    const curves = [...result.roc.classes, result.roc.micro];
    [...expected.roc, expected.micro].forEach((curve, k) => {
      const actual = curves[k]!;
      if (curve === null) {
        assert.is(actual.auc, null);
        assert.type(actual.reason, 'string');
        return;
      }
      assert.ok(actual.curve !== null);
      close([actual.auc], [curve.auc], `auc ${k}`);
      close(actual.curve.falsePositiveRate, curve.falsePositiveRate, `fpr ${k}`);
      close(actual.curve.truePositiveRate, curve.truePositiveRate, `tpr ${k}`);
      assert.is(actual.curve.thresholds[0], Infinity);
      close(actual.curve.thresholds.slice(1), curve.thresholds, `thresholds ${k}`);
    });
    for (const [mean, auc] of [
      ['macro', expected.macroAuc],
      ['weighted', expected.weightedAuc],
    ] as const) {
      if (auc === null) assert.is(result.means[mean].auc, null);
      else close([result.means[mean].auc!], [auc], `${mean} auc`);
    }
  });

  metrics(`hold no NaN: ${name}`, () => {
    const numbers = numbersIn(classificationMetrics(labels, scores, classNames));
    assert.ok(numbers.length > 10);
    assert.not.ok(numbers.some(Number.isNaN));
  });

  if (expected.text !== null) {
    const { text } = expected;
    metrics(`are laid out as scikit-learn's classification_report: ${name}`, () => {
      const report = classificationReport(
        confusionMatrix(labels, predictedClasses(scores, classNames.length), classNames.length),
      );
      for (const digits of ['2', '4'] as const) {
        assert.is(formatClassificationReport(report, classNames, Number(digits)), text[digits]);
      }
    });
  }
}

metrics('leave classes without a defined AUC out of the means and name them', () => {
  const result = classificationMetrics(
    [0, 0, 1],
    [0.9, 0.1, 0, 0.2, 0.7, 0.1, 0.3, 0.6, 0.1],
    ['a', 'b', 'c'],
  );
  assert.equal(result.means.aucExcluded, ['c']);
  assert.is(result.classes[2]!.accuracy, null);
  assert.is(result.classes[2]!.aucReason, 'the data hold no sample of this class');
  assert.is(result.means.macro.auc, (result.classes[0]!.auc! + result.classes[1]!.auc!) / 2);
});

metrics('take no data, sizes that do not fit, foreign labels and NaN for errors', () => {
  assert.is(
    code(() => classificationMetrics([], [], ['a', 'b'])),
    'invalid-data',
  );
  assert.is(
    code(() => classificationMetrics([0, 1], [1, 0, 0], ['a', 'b'])),
    'invalid-data',
  );
  assert.is(
    code(() => classificationMetrics([2], [1, 0], ['a', 'b'])),
    'invalid-data',
  );
  assert.is(
    code(() => classificationMetrics([-1], [1, 0], ['a', 'b'])),
    'invalid-data',
  );
  assert.is(
    code(() => classificationMetrics([0.5], [1, 0], ['a', 'b'])),
    'invalid-data',
  );
  assert.is(
    code(() => classificationMetrics([0], [1, NaN], ['a', 'b'])),
    'invalid-data',
  );
  assert.is(
    code(() => confusionMatrix([0, 1], [0], 2)),
    'invalid-data',
  );
});

metrics.run();

const roc = suite('ROC curves');

roc('count tied scores half: the area is the Mann-Whitney statistic', () => {
  const scores = [0.9, 0.5, 0.5, 0.5, 0.1, 0.9];
  const positive = [true, true, false, true, false, false];
  let wins = 0;
  for (const [i, p] of positive.entries()) {
    for (const [j, n] of positive.entries()) {
      if (p && !n) wins += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    }
  }
  const area = areaUnderCurve(rocCurve(scores, (i) => positive[i]!));
  close([area], [wins / 9], 'area');
});

roc('do not depend on the order of the samples', () => {
  const scores = [0.3, 0.8, 0.3, 0.8, 0.5, 0.1];
  const positive = [true, true, false, false, true, false];
  const order = [5, 2, 0, 3, 4, 1];
  assert.equal(
    rocCurve(
      order.map((i) => scores[i]!),
      (i) => positive[order[i]!]!,
    ),
    rocCurve(scores, (i) => positive[i]!),
  );
});

roc('are undefined without positives or without negatives', () => {
  assert.is(
    code(() => rocCurve([0.1, 0.2], () => true)),
    'invalid-data',
  );
  assert.is(
    code(() => rocCurve([0.1, 0.2], () => false)),
    'invalid-data',
  );
  assert.is(
    code(() => rocCurve([], () => false)),
    'invalid-data',
  );
});

roc('have a macro average whose area is the mean of the areas', () => {
  for (const { labels, scores, classNames } of golden.cases as readonly GoldenCase[]) {
    const { macro } = classificationMetrics(labels, scores, classNames).roc;
    if (macro.curve === null) continue;
    close([areaUnderCurve(macro.curve)], [macro.auc], 'area of the macro average');
    const { falsePositiveRate: x, truePositiveRate: y } = macro.curve;
    assert.equal([x[0], y[0], x.at(-1), y.at(-1)], [0, 0, 1, 1]);
  }
});

roc('average a step and a diagonal to half a step on half a diagonal', () => {
  const step = { falsePositiveRate: [0, 0, 1], truePositiveRate: [0, 1, 1] };
  const diagonal = { falsePositiveRate: [0, 0.5, 1], truePositiveRate: [0, 0.5, 1] };
  assert.equal(meanRocCurve([step, diagonal]), {
    falsePositiveRate: [0, 0, 0.5, 1],
    truePositiveRate: [0, 0.5, 0.75, 1],
  });
});

roc.run();
