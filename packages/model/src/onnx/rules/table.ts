import type { NodeRule } from '../node-context.ts';
import { activationRules } from './activations.ts';
import { blockRules } from './blocks.ts';
import { linearRules } from './linear.ts';
import { localResponseRules } from './local-response.ts';
import { mergeRules } from './merging.ts';
import { moveRules } from './moves.ts';
import { normalizationRules } from './normalization.ts';
import { paddingRules } from './padding.ts';
import { reductionRules } from './reductions.ts';
import { repetitionRules } from './repetition.ts';
import { resizeRules } from './resize.ts';
import { transposedConvolutionRules } from './transposed-convolution.ts';
import { windowRules } from './windows.ts';

const RULES: Readonly<Record<string, NodeRule>> = {
  ...activationRules,
  ...blockRules,
  ...linearRules,
  ...localResponseRules,
  ...mergeRules,
  ...moveRules,
  ...normalizationRules,
  ...paddingRules,
  ...reductionRules,
  ...repetitionRules,
  ...resizeRules,
  ...transposedConvolutionRules,
  ...windowRules,
};

/** The rule for an operator of ONNX. */
export function ruleOf(type: string): NodeRule | undefined {
  return Object.hasOwn(RULES, type) ? RULES[type] : undefined;
}
