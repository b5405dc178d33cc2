import {
  layerCandidates,
  layerGraph,
  mnist1dClassNames,
  ModelError,
  resolveTarget,
  textureClassNames,
  type LayerGraph,
  type LoadedModel,
} from '@ablation-cam/model';
import type { LayerDescription, ModelDescription } from '../protocol/descriptions.ts';
import type { ModelSource } from '../protocol/sources.ts';

/**
 * Describes a model for people.
 *
 * @throws ModelError for a model that is no classifier of images or signals, saying what it is instead
 */
export function describeModel({ model, metadata }: LoadedModel, source: ModelSource): ModelDescription {
  const graph = layerGraph(model);
  const [inputShape = []] = graph.inputs.map((id) => graph.tensors[id]?.shape ?? []);
  if (graph.inputs.length !== 1 || (inputShape.length !== 2 && inputShape.length !== 3)) {
    const shapes = graph.inputs.map((id) => `[${(graph.tensors[id]?.shape ?? []).map(shown).join(', ')}]`);
    throw new ModelError(
      'unsupported-layer',
      `${source.name} takes ${shapes.join(' and ')}; this page explains models that take one image [height, width, channels] ` +
        'or one signal [length, channels]. Choose such a model.',
    );
  }
  const target = resolveTarget(graph);
  return {
    name: source.name,
    layers: describeLayers(graph),
    defaultLayer: target.layerCall.name,
    inputShape,
    takes: inputShape.length === 3 ? 'image' : 'signal',
    parameters: model.countParams(),
    classNames: metadata.classNames ?? builtInNames(source),
  };
}

function describeLayers(graph: LayerGraph): LayerDescription[] {
  const candidates = new Set(layerCandidates(graph).map(({ name }) => name));
  const layers = new Map<string, LayerDescription>();
  for (const call of graph.calls) {
    const shape = graph.tensors[call.outputs[0] ?? -1]?.shape ?? [];
    const layerClass = call.layer.getClassName();
    layers.set(call.name, { name: call.name, layerClass, shape, isCandidate: candidates.has(call.name) });
  }
  return [...layers.values()];
}

function builtInNames(source: ModelSource): readonly string[] | null {
  if (source.kind !== 'built-in') return null;
  return source.id === 'mnist1d' ? mnist1dClassNames : textureClassNames;
}

function shown(size: number | null): string {
  return size === null ? 'any' : String(size);
}
