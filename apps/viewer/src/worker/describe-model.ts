import {
  layerCandidates,
  mnist1dClassNames,
  ModelError,
  resolveTarget,
  textureClassNames,
  type LoadedModel,
  type Network,
} from '@ablation-cam/model';
import type { LayerDescription, ModelDescription } from '../protocol/descriptions.ts';
import type { ChosenModel } from '../protocol/sources.ts';

/**
 * Describes a model for people.
 *
 * @throws ModelError for a model that is no classifier of images or signals, saying what it is instead
 */
export function describeModel(
  { network, parameters, metadata }: LoadedModel,
  source: ChosenModel,
): ModelDescription {
  const [inputShape = []] = network.inputs.map(({ shape }) => shape);
  if (network.inputs.length !== 1 || (inputShape.length !== 2 && inputShape.length !== 3)) {
    const shapes = network.inputs.map(({ shape }) => `[${shape.map(shown).join(', ')}]`);
    throw new ModelError(
      'unsupported-layer',
      `${source.name} takes ${shapes.join(' and ')}; this page explains models that take one image [height, width, channels] ` +
        'or one signal [length, channels]. Choose such a model.',
    );
  }
  return {
    name: source.name,
    layers: describeLayers(network),
    defaultLayer: resolveTarget(network).layer.name,
    inputShape,
    takes: inputShape.length === 3 ? 'image' : 'signal',
    parameters,
    classNames: metadata.classNames ?? builtInNames(source),
    scale: metadata.input?.scale ?? null,
  };
}

/** A layer that is called several times comes once. */
function describeLayers(network: Network): LayerDescription[] {
  const candidates = new Set(layerCandidates(network).map(({ name }) => name));
  const described = network.layers.map(
    ({ name, type, shape }) => [name, { name, type, shape, isCandidate: candidates.has(name) }] as const,
  );
  return [...new Map(described).values()];
}

function builtInNames(source: ChosenModel): readonly string[] | null {
  if (source.kind !== 'built-in') return null;
  return source.id === 'mnist1d' ? mnist1dClassNames : textureClassNames;
}

function shown(size: number | null): string {
  return size === null ? 'any' : String(size);
}
