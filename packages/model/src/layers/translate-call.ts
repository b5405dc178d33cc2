import type { Shape } from '@ablation-cam/kernels';
import { ModelError } from '../errors.ts';
import { activationField, layerClass, weightField } from './layer-fields.ts';
import type { LayerCall } from './layer-graph.ts';
import { activationLinks, activationRules } from './rules/activations.ts';
import { linearRules } from './rules/linear-layers.ts';
import { mergeRules } from './rules/merging.ts';
import { moveRules } from './rules/moves.ts';
import { normalizationRules } from './rules/normalization.ts';
import { poolingRules } from './rules/pooling.ts';
import { noRule, type LayerRule, type Translation } from './translation.ts';
import type { WeightReader } from './weight-store.ts';

/** By the class that computes a layer. */
export const layerRules: Readonly<Record<string, LayerRule>> = {
  ...activationRules,
  ...linearRules,
  ...mergeRules,
  ...moveRules,
  ...normalizationRules,
  ...poolingRules,
};

/** Returns the operations a call stands for. */
export async function translateCall(
  call: LayerCall,
  inputs: readonly Shape[],
  readWeight: WeightReader,
): Promise<Translation> {
  const { layer, part } = call;
  if (part === 'activation')
    return activationLinks(activationField(layer)?.getClassName() ?? '', inputs[0] ?? []);
  const known = layerClass(layer);
  if (known === null) return noRule('its class computes something of its own');
  const rule = Object.hasOwn(layerRules, known) ? layerRules[known] : undefined;
  if (!rule) return noRule('its class has no rule');
  try {
    return await rule({
      layer,
      inputs,
      withActivation: part === 'whole',
      read: (field) => readWeight(weightField(layer, field)),
    });
  } catch (error) {
    // A layer that is not as expected may lie where nobody has to know its operations.
    if (error instanceof ModelError && error.code === 'unsupported-layer') return noRule(error.message);
    throw error;
  }
}
