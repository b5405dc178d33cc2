import type { OnnxRule } from '../onnx-context.ts';
import { activationRules } from './activations.ts';
import { linearRules } from './linear.ts';
import { localResponseRules } from './local-response.ts';
import { mergeRules } from './merging.ts';
import { moveRules } from './moves.ts';
import { normalizationRules } from './normalization.ts';
import { reductionRules } from './reductions.ts';
import { resizeRules } from './resize.ts';
import { transposedConvolutionRules } from './transposed-convolution.ts';
import { windowRules } from './windows.ts';

/** The rules of all operators that are computed of what depends on the input. */
export const onnxRules: Readonly<Record<string, OnnxRule>> = {
  ...activationRules,
  ...linearRules,
  ...localResponseRules,
  ...mergeRules,
  ...moveRules,
  ...normalizationRules,
  ...reductionRules,
  ...resizeRules,
  ...transposedConvolutionRules,
  ...windowRules,
};

/** The rule for an operator of ONNX. */
export function ruleOf(type: string): OnnxRule | undefined {
  return Object.hasOwn(onnxRules, type) ? onnxRules[type] : undefined;
}
