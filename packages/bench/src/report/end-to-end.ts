import type { EndToEndResult } from '../results/result.ts';
import { formatPercent, formatRatio, formatTime } from './format.ts';

/** A column of the tables of whole networks. */
interface EndToEndColumn {
  readonly head: string;
  readonly cell: (result: EndToEndResult) => string;
}

/** What every report shows of a whole network, in this order. */
export const END_TO_END_COLUMNS: readonly EndToEndColumn[] = [
  { head: 'network', cell: ({ title }) => title },
  { head: 'backend, executor', cell: ({ backend, executor }) => `${backend}, ${executor}` },
  { head: 'forward pass', cell: ({ forward }) => formatTime(forward.medianMs) },
  { head: 'Ablation-CAM', cell: ({ ablationCam }) => formatTime(ablationCam.medianMs) },
  { head: 'Grad-CAM', cell: ({ gradCam }) => formatTime(gradCam.medianMs) },
  { head: 'ratio', cell: ({ ratio }) => formatRatio(ratio) },
  { head: 'weights', cell: ({ parts }) => formatTime(parts.weightsMs) },
  { head: 'maps', cell: ({ parts }) => formatTime(parts.mapMs) },
  {
    head: 'overhead',
    cell: (result) => `${formatTime(result.parts.overheadMs)} (${formatPercent(overheadShare(result))})`,
  },
  { head: 'rounds', cell: ({ rounds }) => String(rounds) },
  { head: 'max|dw|/max|w|', cell: ({ maxRelativeError }) => maxRelativeError.toExponential(1) },
];

/** What a reader of the columns has to know. */
export const END_TO_END_LEGEND: readonly string[] = [
  'Whole networks: from one input on the host to the heat map, with an explainer that is prepared; medians over interleaved rounds. The forward pass ends with the logits on the host. Ratio: Ablation-CAM by Grad-CAM in the same round.',
  'Weights, maps and overhead are parts of the time of Ablation-CAM; overhead is what is neither these nor its forward pass, with its share of a forward pass.',
];

/** Overhead by the time of a forward pass. */
export function overheadShare({ parts, forward }: EndToEndResult): number {
  return parts.overheadMs / forward.medianMs;
}

/** Head and rows of the table. */
export function endToEndRows(results: readonly EndToEndResult[]): {
  readonly head: string[];
  readonly rows: string[][];
} {
  return {
    head: END_TO_END_COLUMNS.map(({ head }) => head),
    rows: results.map((result) => END_TO_END_COLUMNS.map(({ cell }) => cell(result))),
  };
}
