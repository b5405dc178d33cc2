import type { GraphModelRule } from '../graph-model-context.ts';
import { activationRules } from './activations.ts';
import { arithmeticRules } from './arithmetic.ts';
import { denseRules } from './dense.ts';
import { moveRules } from './moves.ts';
import { reductionRules } from './reductions.ts';
import { resizeRules } from './resize.ts';
import { windowRules } from './windows.ts';

/** The rules of all operators that are computed of what depends on the input. */
export const graphModelRules: Readonly<Record<string, GraphModelRule>> = {
  ...activationRules,
  ...arithmeticRules,
  ...denseRules,
  ...moveRules,
  ...reductionRules,
  ...resizeRules,
  ...windowRules,
};

/** The rule for an operator of TensorFlow. */
export function ruleOf(type: string): GraphModelRule | undefined {
  return Object.hasOwn(graphModelRules, type) ? graphModelRules[type] : undefined;
}
