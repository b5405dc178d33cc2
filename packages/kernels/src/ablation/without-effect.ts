import type { PlannedRun } from './validate.ts';
import { throwIfAborted } from './validate.ts';
import { classesOf, largest, mapsPerInput } from './class-selection.ts';
import type { AblationInput, AblationOutput, Score } from './contract.ts';
import { openOutput } from './open-output.ts';
import { keepsMeans } from '../operations/keeps-means.ts';
import type { ScoreFunction } from '../tail/tail.ts';

/** Whether switching channels off changes no score, whatever the input: then nothing has to be computed. */
export function isWithoutEffect(
  { tail }: PlannedRun,
  { ablation }: Pick<AblationInput, 'ablation'>,
): boolean {
  return ablation.kind === 'channel-mean' && keepsMeans(tail);
}

/**
 * Returns what a run gives whose ablation is without effect: weights and maps of zeros.
 *
 * @param logits on the CPU, `[inputs, classes]`
 * @throws the signal's reason
 */
export function outputWithoutEffect(
  plan: PlannedRun,
  { inputs, classes, score, ablatedScores = false, onProgress, signal }: AblationInput,
  logits: Float32Array,
): AblationOutput {
  const maps = mapsPerInput(classes, plan.classes);
  const output = openOutput(plan, inputs, maps, ablatedScores);
  output.logits.set(logits);
  for (let n = 0; n < inputs; n++) {
    const own = logits.subarray(n * plan.classes, (n + 1) * plan.classes);
    output.classIndices.set(classesOf(classes, own), n * maps);
    if (!output.ablatedScores) continue;
    const scores = scoresOf(own, score, plan.tail.scoreFunction);
    for (let k = 0; k < plan.channels; k++)
      output.ablatedScores.set(scores, (n * plan.channels + k) * plan.classes);
  }
  onProgress?.(inputs);
  throwIfAborted(signal);
  return output;
}

/** The scores of the network as it is. */
function scoresOf(logits: Float32Array, score: Score, scoreFunction: ScoreFunction): Float32Array {
  if (score === 'logit' || scoreFunction === 'linear') return logits;
  if (scoreFunction === 'sigmoid') return logits.map((z) => 1 / (1 + Math.exp(-z)));
  const top = logits[largest(logits)] ?? 0;
  const exponentials = Float64Array.from(logits, (z) => Math.exp(z - top));
  const sum = exponentials.reduce((total, e) => total + e, 0);
  return Float32Array.from(exponentials, (e) => e / sum);
}
