import type { Network } from '@ablation-cam/model';
import type { AblationCamOptions } from '@ablation-cam/xai';
import type { ExplanationRequest } from '../protocol/calls.ts';

/** The settings of the page as options of Ablation-CAM. */
export function optionsOf(
  { settings }: Pick<ExplanationRequest, 'settings'>,
  network: Pick<Network, 'outputs'>,
): AblationCamOptions {
  return {
    ...settings,
    layer: settings.layer ?? undefined,
    output: settings.output ?? network.outputs[0]?.name,
  };
}
