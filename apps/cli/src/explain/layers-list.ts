import Table from 'cli-table3';
import {
  layerCandidates,
  printableName,
  resolveTarget,
  type LayerCandidate,
  type Network,
} from '@ablation-cam/model';
import { print } from '../print.ts';

export interface LayersList {
  readonly outputs: readonly string[];
  /** The layer that is explained where none is named. */
  readonly default: string;
  readonly layers: readonly LayerCandidate[];
}

/** @throws ModelError for an output that does not exist, or to which no feature map leads */
export function layersList(network: Network, output: string | undefined): LayersList {
  return {
    outputs: network.outputs.map(({ name }) => name),
    default: resolveTarget(network, { output }).layer.name,
    layers: layerCandidates(network, output),
  };
}

/** Prints the layers that can be explained by their shortest names, in the order in which they are computed. */
export function printLayers({ outputs, default: chosen, layers }: LayersList): void {
  const table = new Table({
    head: ['layer', 'type', 'shape', 'calls', ''],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'left', 'right', 'left'],
  });
  for (const { name, shortName, type, shape, calls } of layers) {
    const lengths = shape.map((length) => length ?? '?').join(' x ');
    table.push([printableName(shortName), type, lengths, calls, name === chosen ? 'default' : '']);
  }
  print(table.toString());
  if (outputs.length > 1) print(`\noutputs: ${outputs.join(', ')} (choose one with --output)`);
}
