import type { ExecutorName, Norm, Weighting } from '@ablation-cam/kernels';
import { choiceOf } from './check-option.ts';
import type { Ablation, AblationCamOptions, Strategy } from './options.ts';
import { XaiError } from '../errors.ts';

/** The settings of Ablation-CAM, every default in place. */
export interface AblationSettings {
  readonly ablation: Ablation;
  readonly weighting: Weighting;
  readonly norm: Norm;
  readonly strategy: Strategy;
}

/** The method that weighs channels by how far the score falls without them: its evidence comes from a plan. */
export interface AblationMethod extends AblationSettings {
  readonly name: 'ablation-cam';
  readonly executor: ExecutorName | 'auto';
  readonly ablatedScores: boolean;
}

/** What `ablationCam` does; its definition and source stand there. @throws XaiError `invalid-option` */
export function ablationMethod(options: AblationCamOptions): AblationMethod {
  const { ablation = 'zero', norm = 2, ablatedScores = false } = options;
  if (typeof ablation === 'string') choiceOf('ablation', ablation, ['zero', 'zero-kernel', 'channel-mean']);
  else if (!Array.isArray(ablation) && !ArrayBuffer.isView(ablation)) {
    throw new XaiError(
      'invalid-option',
      'ablation must be zero, zero-kernel, channel-mean or one number a channel.',
    );
  }
  return {
    name: 'ablation-cam',
    ablation,
    weighting: choiceOf('weighting', options.weighting ?? 'relative-drop', ['relative-drop', 'slope']),
    norm: choiceOf('norm', norm, [1, 2]),
    strategy: choiceOf('strategy', options.strategy ?? 'planned', ['planned', 'naive']),
    executor: choiceOf('executor', options.executor ?? 'auto', [
      'auto',
      'webgpu',
      'onnxruntime',
      'tfjs',
      'reference',
    ]),
    ablatedScores,
  };
}
