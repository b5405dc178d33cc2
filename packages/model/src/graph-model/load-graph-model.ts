import type { OpenedSource } from '../files/model-source.ts';
import { isObject, type Json, type JsonObject } from '../files/keras-config.ts';
import { readStoredWeights } from '../files/stored-weights.ts';
import { readManifest } from '../files/weights-manifest.ts';
import { GraphNetwork } from '../nodes/graph-network.ts';
import type { GraphModelNode, GraphModelParts } from './graph-model-file.ts';
import { graphModelFormat } from './graph-model-format.ts';
import { readGraphModel } from './read-graph-model.ts';

/** Whether a `model.json` holds a GraphModel. */
export function isGraphModelFile(description: Json): description is JsonObject {
  if (!isObject(description)) return false;
  const topology = description['modelTopology'];
  return (
    description['format'] === 'graph-model' ||
    (isObject(topology) && ('node' in topology || 'library' in topology))
  );
}

/** Reads the GraphModel of a `model.json` and its weights. @throws ModelError as `readGraphModel` and `GraphNetwork` do */
export async function loadGraphModel(
  source: Pick<OpenedSource, 'name' | 'sibling'>,
  description: JsonObject,
): Promise<GraphNetwork<GraphModelNode>> {
  const { name } = source;
  const weights = await readStoredWeights(source, readManifest(name, description['weightsManifest']));
  const signature = signatureIn(description);
  return graphModelNetwork({ name, topology: description['modelTopology'], signature, weights });
}

/** Newer converters write it beside the network, older ones among the metadata. */
export function signatureIn({ signature, userDefinedMetadata }: JsonObject): Json | undefined {
  const own = isObject(userDefinedMetadata) ? userDefinedMetadata['signature'] : undefined;
  return own ?? signature;
}

/** The network of a GraphModel in parts. @throws ModelError as `readGraphModel` and `GraphNetwork` do */
export function graphModelNetwork(parts: GraphModelParts): GraphNetwork<GraphModelNode> {
  const file = readGraphModel(parts);
  return new GraphNetwork(file, graphModelFormat(file));
}
