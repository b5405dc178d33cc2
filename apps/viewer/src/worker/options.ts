import type { AblationCamOptions } from '@ablation-cam/xai';
import type { Subject } from '../protocol/calls.ts';

/** The settings of the page as options of Ablation-CAM. */
export function optionsOf({ settings }: Pick<Subject, 'settings'>): AblationCamOptions {
  return { ...settings, layer: settings.layer ?? undefined };
}
