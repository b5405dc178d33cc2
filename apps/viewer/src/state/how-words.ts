import type { Explained } from '../protocol/descriptions.ts';
import { ABLATIONS, EXECUTORS, STRATEGIES, WEIGHTINGS } from './setting-words.ts';

type Run = Explained['run'];

/** What stands for a channel that is off; null where a method switches none off. */
export function ablationWords({ settings }: Pick<Run, 'settings'>): string | null {
  if (!settings) return null;
  const { ablation } = settings;
  return typeof ablation === 'string' ? wordsFor(ABLATIONS, ablation) : 'one value a channel';
}

/** What the fall of the score becomes. */
export function weightingWords({ settings }: Pick<Run, 'settings'>): string | null {
  return settings && wordsFor(WEIGHTINGS, settings.weighting);
}

/** How many passes through the network there were. */
export function strategyWords({ settings }: Pick<Run, 'settings'>): string | null {
  return settings && wordsFor(STRATEGIES, settings.strategy);
}

/** What has computed a map. */
export function computedBy({ executor, backend }: Pick<Run, 'executor' | 'backend'>): string {
  if (executor && executor.chosen !== 'tfjs' && executor.chosen !== 'onnxruntime')
    return wordsFor(EXECUTORS, executor.chosen);
  return backend.chosen === 'onnxruntime' ? 'ONNX Runtime' : `TensorFlow.js on ${backend.chosen}`;
}

/** A method as it was set: "probability, off is zero, relative drop". */
export function howWords(run: Pick<Run, 'score' | 'settings'>): string {
  const off = ablationWords(run);
  return [run.score, off && `off is ${off}`, weightingWords(run)].filter(Boolean).join(', ');
}

function wordsFor<T extends string>(choices: readonly (readonly [T, string])[], value: T): string {
  return choices.find(([choice]) => choice === value)?.[1] ?? value;
}
