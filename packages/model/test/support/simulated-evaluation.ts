import { seededRandom } from '@ablation-cam/tools/testing';
import { classificationMetrics } from '../../src/evaluation/classification-metrics.ts';
import type { EvaluationResult } from '../../src/evaluation/evaluation-result.ts';
import type { FailedExample } from '../../src/evaluation/failed-example.ts';
import type { EpochRecord } from '../../src/training/history.ts';

/** The evaluation of a made-up classifier that tells the later classes better apart; the same for the same arguments. */
export function simulatedEvaluation(
  classNames: readonly string[],
  { sampleCount = 300, missingClass = -1, shape = [8, 8, 3] } = {},
): EvaluationResult {
  const random = seededRandom(classNames.length);
  const labels: number[] = [];
  const scores: number[] = [];
  for (let i = 0; i < sampleCount; i++) {
    const drawn = random.integer(0, classNames.length - 1);
    const label = drawn === missingClass ? (drawn + 1) % classNames.length : drawn;
    const exponentials = classNames.map((_, k) => {
      const skill = k === label ? 1 + (4 * k) / classNames.length : 0;
      return Math.exp(random.uniform(-1.5, 1.5) + skill);
    });
    const sum = exponentials.reduce((a, b) => a + b);
    labels.push(label);
    scores.push(...exponentials.map((exponential) => exponential / sum));
  }
  const metrics = classificationMetrics(labels, scores, classNames);
  const size = shape.reduce((a, b) => a * b, 1);
  const failures = Array.from({ length: 6 }, (_, i): FailedExample => ({
    index: 10 * i,
    source: shape.length === 3 ? `folder_of_the_class/slide_${i}.tif_Row_601_Col_151.tif` : null,
    label: 0,
    predicted: 1 % classNames.length,
    confidence: 0.99 - 0.02 * i,
    trueScore: 0.001 * i,
    shape,
    input: random.floats(size, 0, 1),
  }));
  return {
    ...metrics,
    dataName: 'simulated',
    failureCount: Math.round(sampleCount * (1 - metrics.accuracy)),
    failures,
    skipped: [],
    run: { backend: 'none', tfjsVersion: '0', batchSize: 1, elapsedMs: 1234 },
  };
}

/** A training that converges, with a validation split. */
export function simulatedHistory(epochs: number): EpochRecord[] {
  return Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    learningRate: 1e-3 * 0.5 ** (i / 15),
    loss: 2 * Math.exp(-i / 10) + 0.05,
    accuracy: 1 - 0.85 * Math.exp(-i / 9),
    validationLoss: 1.8 * Math.exp(-i / 11) + 0.3 + 0.02 * Math.sin(i),
    validationAccuracy: 0.93 - 0.75 * Math.exp(-i / 8),
  }));
}

/** Class names that are hard on a layout. */
export const classNameSets: Readonly<Record<string, readonly string[]>> = {
  'two classes': ['benign', 'malignant'],
  'eight classes': ['TUMOR', 'STROMA', 'COMPLEX', 'LYMPHO', 'DEBRIS', 'MUCOSA', 'ADIPOSE', 'EMPTY'],
  'ten classes': Array.from('0123456789'),
  'long names': [
    'adenocarcinoma of the ascending colon, moderately differentiated',
    'adenocarcinoma of the ascending colon, poorly differentiated',
    'WWWWWWWWWWWWWWWWWWWWWWWWWWWW',
    'smooth muscle (muscularis propria)',
    '組織切片の炎症性領域とその周辺',
    '<b>&"markup"</b>',
  ],
  '37 classes': Array.from({ length: 37 }, (_, i) => `species number ${i}`),
};
