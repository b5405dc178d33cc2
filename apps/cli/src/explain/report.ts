import Table from 'cli-table3';
import { printableName } from '@ablation-cam/model';
import type { Explanation, ExplanationResult, PositionMap } from '@ablation-cam/xai';
import { print } from '../print.ts';
import { classText } from './class-text.ts';
import type { NaiveComparison } from './compare.ts';
import type { OpenedInput } from './open-input.ts';

const TOP_CHANNELS = 5;
const MOST_CLASSES = 10;

const plain = { head: [], border: [], compact: true };

/**
 * Prints explanations for people: one method in detail, several side by side, and what to know about each map.
 *
 * @param scale what hints at a wrong scale of the picture
 */
export function printReport(
  opened: OpenedInput,
  results: readonly ExplanationResult[],
  comparison: NaiveComparison | null,
  scale: string | null,
  files: readonly string[],
): void {
  const [result, ...others] = results;
  const first = result?.explanations[0];
  if (!result || !first) return;
  print(`${predictionLine(opened, first)}\n`);
  if (others.length > 0) {
    if (opened.scale) print(`pictures   ${opened.scale.said}`);
    printSideBySide(opened, results);
  } else printResult(opened, result, first);
  for (const note of notesOf(results)) print(`note: ${note}`);
  if (scale !== null) print(`note: ${scale}`);
  if (comparison) printComparison(result, comparison);
  if (files.length > 0) print(`\nwrote ${files.join(', ')}`);
}

/** Says what was predicted. */
function predictionLine(
  { input, classNames }: OpenedInput,
  { logits, probabilities }: Pick<Explanation, 'logits' | 'probabilities'>,
): string {
  const values = probabilities ?? logits ?? new Float32Array();
  const predicted = values.reduce((best, value, c) => (value > (values[best] ?? -Infinity) ? c : best), 0);
  const value = values[predicted] ?? 0;
  const said = probabilities ? `probability ${percent(value)}` : `logit ${value.toPrecision(4)}`;
  const truth = input.label === undefined ? '' : `; the true class is ${classText(classNames, input.label)}`;
  return `${input.name}: predicted ${classText(classNames, predicted)} with ${said}${truth}`;
}

/** Where each map has its largest value. */
function printSideBySide({ classNames }: OpenedInput, results: readonly ExplanationResult[]): void {
  const table = new Table({
    head: ['method', 'layer', 'class', 'score', 'largest at', 'time'],
    style: plain,
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right'],
  });
  for (const { method, layers, explanations, timings } of results) {
    for (const { classIndex, classScore, heatmap } of explanations) {
      table.push([
        method,
        layers.map(printableName).join(', ') || 'the input',
        classIndex === null ? '' : classText(classNames, classIndex),
        classScore.toPrecision(4),
        peakOf(heatmap),
        ms(timings.totalMs),
      ]);
    }
  }
  print(table.toString());
}

function printResult(opened: OpenedInput, result: ExplanationResult, { map }: Explanation): void {
  const { method, layers, channels, explanations, adapter, executor, settings, dispatches, timings } = result;
  const positions = `${map.shape.join(' x ')} positions`;
  const channelText = channels === null ? '' : `, ${String(channels)} channels`;
  const lines = [
    `method     ${method}`,
    layers.length > 1
      ? `layers     the mean of ${layers.join(', ')}: ${positions}`
      : `layer      ${layers.join() || 'the input'}: ${positions}${channelText}`,
    `forward    ${forwardText(result.backend)}`,
    executor && `ablation   ${executorText(executor.chosen, dispatches.ablation)} (${executor.reason})`,
    settings?.strategy === 'naive' && 'ablation   naive: one pass through the network a channel',
    opened.output !== null && `output     ${opened.output}`,
    opened.scale && `pictures   ${opened.scale.said}`,
    `adapter    ${adapter ? `${adapter.description} (${adapter.software ? 'software' : 'hardware'})` : 'not used'}`,
    `time       forward ${ms(timings.forwardMs)}, ${weightsTime(result)}, in all ${ms(timings.totalMs)}`,
  ];
  print(lines.filter(Boolean).join('\n'));
  for (const explanation of explanations.slice(0, MOST_CLASSES)) {
    printExplanation(opened, result, explanation);
  }
  const more = explanations.length - MOST_CLASSES;
  if (more > 0) print(`\n... and ${count(more, 'more class', 'more classes')}, see the JSON.`);
}

function weightsTime({ settings, timings: { weightsMs, mapMs } }: ExplanationResult): string {
  return `${settings ? 'ablation' : 'weights'} ${ms(weightsMs)}, map ${ms(mapMs)}`;
}

function executorText(
  name: NonNullable<ExplanationResult['executor']>['chosen'],
  dispatches: number,
): string {
  switch (name) {
    case 'webgpu':
      return `WebGPU, ${count(dispatches, 'dispatch', 'dispatches')} for all channels`;
    case 'onnxruntime':
      return 'ONNX Runtime, all channels together';
    case 'tfjs':
      return 'TensorFlow.js, all channels together';
    case 'reference':
      return 'reference (float64 TypeScript)';
  }
}

function printExplanation(
  { classNames }: OpenedInput,
  result: ExplanationResult,
  explanation: Explanation,
): void {
  const { score, classes } = result;
  const { classIndex, classScore, weights, ablatedScores, heatmap } = explanation;
  const shown = score === 'probability' ? percent : (value: number): string => value.toPrecision(4);
  const what = classIndex === null ? 'this score' : classText(classNames, classIndex);
  print(`\nWhy ${what} (${score} ${shown(classScore)})? The map is largest at ${peakOf(heatmap)}.`);
  if (!weights) return;
  const scores = classIndex === null || classes === null ? undefined : ablatedScores;
  const table = new Table({
    head: ['channel', 'weight', ...(scores ? [`${score} without it`] : [])],
    style: plain,
    colAligns: ['right', 'right', 'right'],
  });
  const order = Array.from(weights.keys()).sort(
    (a, b) => Math.abs(weights[b] ?? 0) - Math.abs(weights[a] ?? 0),
  );
  for (const k of order.slice(0, TOP_CHANNELS)) {
    const without = scores?.[k * (classes ?? 0) + (classIndex ?? 0)];
    table.push([k, (weights[k] ?? 0).toPrecision(4), ...(scores ? [shown(without ?? 0)] : [])]);
  }
  print('The channels that matter most:');
  print(table.toString());
}

/** What to know about the maps, each sentence once; with the method where there are several. */
function notesOf(results: readonly ExplanationResult[]): ReadonlySet<string> {
  return new Set(
    results.flatMap(({ method, warnings, explanations }) => {
      const notes = [...warnings, ...explanations.flatMap((explanation) => explanation.warnings)];
      return results.length === 1 ? notes : notes.map((note) => `${method}: ${note}`);
    }),
  );
}

function peakOf({ data, shape }: PositionMap): string {
  const index = data.indexOf(1);
  if (index < 0) return 'nowhere';
  const [, width] = shape;
  if (width === undefined) return String(index);
  return `row ${String(Math.floor(index / width))}, column ${String(index % width)}`;
}

function printComparison({ channels, settings }: ExplanationResult, comparison: NaiveComparison): void {
  const { naiveMs, plannedMs, ablationMs, tailLoopMs } = comparison;
  const naive =
    settings?.ablation === 'zero-kernel'
      ? `naive loop (${String(channels)} times filter zeroed, whole model)`
      : `naive loop (${String(channels)} times the layers after the masked one)`;
  const table = new Table({
    head: ['after a warm-up', 'time', 'ratio'],
    style: plain,
    colAligns: ['left', 'right', 'right'],
  });
  table.push(
    [naive, ms(naiveMs), `${(naiveMs / plannedMs).toFixed(1)}x`],
    ['planned, from call to result', ms(plannedMs), '1x'],
    [
      `tail loop alone, TensorFlow.js ${comparison.tailLoopBackend}`,
      ms(tailLoopMs),
      `${(tailLoopMs / ablationMs).toFixed(1)}x`,
    ],
    ['planned, ablation alone', ms(ablationMs), '1x'],
  );
  print(`\n${table.toString()}`);
  print(
    `largest difference of a weight: ${comparison.maxRelativeDifference.toExponential(1)} of the largest weight`,
  );
}

function forwardText({ chosen, requested, reason }: ExplanationResult['backend']): string {
  const name = chosen === 'onnxruntime' ? 'ONNX Runtime' : `TensorFlow.js ${chosen}`;
  return chosen === requested ? name : `${name} (${reason})`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}

function ms(value: number): string {
  return value < 1000 ? `${value.toFixed(1)} ms` : `${(value / 1000).toFixed(2)} s`;
}

function count(number: number, one: string, many: string): string {
  return `${String(number)} ${number === 1 ? one : many}`;
}
