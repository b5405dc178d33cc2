import { ENGINE_TITLES } from '../open-case/engine.ts';
import type { EndToEndResult } from '../results/result.ts';
import { formatPercent, formatRatio, formatTime } from './format.ts';

/** A column of the tables of whole networks. */
interface EndToEndColumn {
  readonly head: string;
  readonly cell: (result: EndToEndResult) => string;
}

/** What every report shows of a whole network, in this order. */
const COLUMNS: readonly EndToEndColumn[] = [
  { head: 'network', cell: ({ title }) => title },
  { head: 'engine', cell: ({ engine }) => ENGINE_TITLES[engine] },
  { head: 'plan on', cell: ({ executor }) => executor },
  { head: 'prediction', cell: ({ forward }) => formatTime(forward.medianMs) },
  { head: 'Ablation-CAM', cell: ({ ablationCam }) => formatTime(ablationCam.medianMs) },
  { head: 'Grad-CAM', cell: ({ gradCam }) => formatTime(gradCam.medianMs) },
  { head: '/ prediction', cell: ({ ratios }) => formatRatio(ratios.byForward) },
  { head: '/ Grad-CAM', cell: ({ ratios }) => formatRatio(ratios.byGradCam) },
  {
    head: 'TF.js WASM prediction / Ablation-CAM',
    cell: ({ ratios: { gain } }) => (gain === null ? '' : formatRatio(gain)),
  },
  { head: 'weights', cell: ({ parts }) => formatTime(parts.weightsMs) },
  { head: 'maps', cell: ({ parts }) => formatTime(parts.mapMs) },
  {
    head: 'overhead',
    cell: (result) => `${formatTime(result.parts.overheadMs)} (${formatPercent(overheadShare(result))})`,
  },
  { head: 'rounds', cell: ({ rounds }) => String(rounds) },
  {
    head: 'largest error',
    cell: ({ maxRelativeError: { weights, map, gradCam } }) =>
      [weights, map, gradCam].map((error) => error.toExponential(1)).join(', '),
  },
];

/** What a reader of the columns has to know. */
export const END_TO_END_LEGEND: readonly string[] = [
  'Whole networks: from one input on the host to the heat map, with an explainer that is prepared; medians over rounds in which all engines take turns. A prediction ends with the logits on the host. Ratios are those of the same round: Ablation-CAM by a prediction and by Grad-CAM on the same engine, and how many times longer a prediction of TF.js on WASM takes than Ablation-CAM on the engine.',
  'Grad-CAM on ONNX Runtime: the pass through the network on ONNX Runtime, the gradient of what follows the layer on TF.js WASM.',
  'Weights, maps and overhead are parts of the time of Ablation-CAM; overhead is what is neither these nor its forward pass, with its share of a prediction. ONNX Runtime makes weights and map of one class in the forward pass itself, where all channels go together: what is left of them there is the heat map. Largest error: of the weights and the map against float64, and of the map of Grad-CAM against that of the first engine, each relative to the largest value; a network is timed only if they are at most 1e-4.',
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
    head: COLUMNS.map(({ head }) => head),
    rows: results.map((result) => COLUMNS.map(({ cell }) => cell(result))),
  };
}

/** The headline: a row a network, at most, that ONNX Runtime explains faster than TensorFlow.js predicts it on WASM. */
export function headlineRows(results: readonly EndToEndResult[]): {
  readonly head: string[];
  readonly rows: string[][];
} {
  const rows = results.flatMap(({ case: name, engine, title, forward, ablationCam, ratios }) => {
    const wasm = results.find((other) => other.case === name && other.engine === 'wasm');
    if (engine !== 'onnxruntime' || wasm === undefined || ratios.gain === null || ratios.gain < 1) return [];
    const times = [wasm.forward, forward, ablationCam].map(({ medianMs }) => formatTime(medianMs));
    return [[title.split(',')[0]!, ...times, formatRatio(ratios.gain)]];
  });
  const head = [
    'network',
    'TF.js WASM predicts',
    'ONNX Runtime predicts',
    'Ablation-CAM',
    'faster than TF.js predicts',
  ];
  return { head, rows };
}
