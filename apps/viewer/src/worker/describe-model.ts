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
 * @param chosen the output that is explained, or null for the only one, or the first
 * @throws ModelError for a model that is no classifier of images or signals, saying what it is instead
 */
export function describeModel(
  { network, parameters, metadata }: LoadedModel,
  source: ChosenModel,
  chosen: string | null,
): ModelDescription {
  const outputs = network.outputs.map(({ name }) => name);
  const output = chosen ?? outputs[0];
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
    outputs,
    output: outputs.length > 1 ? (output ?? null) : null,
    layers: describeLayers(network, output),
    defaultLayer: resolveTarget(network, { output }).layer.name,
    inputShape,
    takes: inputShape.length === 3 ? 'image' : 'signal',
    parameters,
    classNames: namesOf(network, output, metadata.classNames ?? builtInNames(source)),
    scale: metadata.input?.scale ?? null,
  };
}

/** A layer that is called several times comes once. */
function describeLayers(network: Network, output: string | undefined): LayerDescription[] {
  const candidates = new Set(layerCandidates(network, output).map(({ name }) => name));
  const described = new Map<string, LayerDescription>();
  for (const { name, type, shape, inputs } of network.layers) {
    const taken = inputs.flatMap((index) => network.layers[index]?.name ?? []);
    const earlier = described.get(name)?.inputs ?? [];
    described.set(name, {
      name,
      type,
      shape,
      inputs: [...new Set([...earlier, ...taken])],
      isCandidate: candidates.has(name),
    });
  }
  return [...described.values()];
}

/** A model with several outputs does not say which of them its names are for, unless by their number. */
function namesOf(
  { outputs }: Network,
  output: string | undefined,
  names: readonly string[] | null,
): readonly string[] | null {
  const units = outputs.find(({ name }) => name === output)?.shape.at(-1);
  return outputs.length === 1 || names?.length === (units === 1 ? 2 : units) ? names : null;
}

function builtInNames(source: ChosenModel): readonly string[] | null {
  if (source.kind !== 'built-in') return null;
  return source.id === 'mnist1d' ? mnist1dClassNames : textureClassNames;
}

function shown(size: number | null): string {
  return size === null ? 'any' : String(size);
}
