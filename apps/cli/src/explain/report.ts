import Table from 'cli-table3';
import type { AblationCamResult, AblationExplanation, Choice, Explanation } from '@ablation-cam/xai';
import { classText } from './class-text.ts';
import type { Comparison } from './compare.ts';
import type { Subject } from './open-subject.ts';
import { print } from '../print.ts';

const TOP_CHANNELS = 5;

/** Prints an explanation for people. */
export function printReport(
  subject: Subject,
  result: AblationCamResult,
  comparison: Comparison | null,
  files: readonly string[],
): void {
  const { explanations, adapter, executor, dispatches, timings } = result;
  const [first] = explanations;
  if (!first) return;
  const lines = [
    predictionLine(subject, first),
    '',
    `layer      ${result.layer}: ${first.map.shape.join(' x ')} positions, ${String(result.channels)} channels`,
    `forward    TensorFlow.js ${choiceText(result.backend)}`,
    executor
      ? `ablation   ${executorText(executor.chosen, dispatches.ablation)} (${executor.reason})`
      : 'ablation   naive: one pass through the network a channel',
    `adapter    ${adapter ? `${adapter.description} (${adapter.software ? 'software' : 'hardware'})` : 'not used'}`,
    `time       forward ${ms(timings.forwardMs)}, ${ablationTime(timings)}, in all ${ms(timings.totalMs)}`,
  ];
  print(lines.join('\n'));
  for (const explanation of explanations.slice(0, 10)) printChannels(subject, result, explanation);
  if (explanations.length > 10) {
    print(`\n... and ${count(explanations.length - 10, 'more class', 'more classes')}, see the JSON.`);
  }
  for (const warning of result.warnings) print(`\nnote: ${warning}`);
  if (comparison) printComparison(result, comparison);
  if (files.length > 0) print(`\nwrote ${files.join(', ')}`);
}

/** The maps of a software GPU are made together with the ablation. */
function ablationTime({ ablationMs, mapMs }: AblationCamResult['timings']): string {
  return mapMs === 0 ? `ablation and map ${ms(ablationMs)}` : `ablation ${ms(ablationMs)}, map ${ms(mapMs)}`;
}

function executorText(
  name: NonNullable<AblationCamResult['executor']>['chosen'],
  dispatches: number,
): string {
  switch (name) {
    case 'webgpu':
      return `WebGPU, ${count(dispatches, 'dispatch', 'dispatches')} for all channels`;
    case 'tfjs':
      return 'TensorFlow.js, all channels together';
    case 'reference':
      return 'reference (float64 TypeScript)';
  }
}

/** Says what was predicted. */
export function predictionLine(
  { input, classNames }: Subject,
  { logits, probabilities }: Pick<Explanation, 'logits' | 'probabilities'>,
): string {
  const values = probabilities ?? logits ?? new Float32Array();
  const predicted = values.reduce((best, value, c) => (value > (values[best] ?? -Infinity) ? c : best), 0);
  const value = values[predicted] ?? 0;
  const said = probabilities ? `probability ${percent(value)}` : `logit ${value.toPrecision(4)}`;
  const truth = input.label === undefined ? '' : `; the true class is ${classText(classNames, input.label)}`;
  return `${input.name}: predicted ${classText(classNames, predicted)} with ${said}${truth}`;
}

function printChannels(
  { classNames }: Subject,
  { score, classes }: AblationCamResult,
  explanation: AblationExplanation,
): void {
  const { classIndex, classScore, weights, ablatedScores = new Float32Array(), warnings } = explanation;
  const shown = score === 'probability' ? percent : (value: number): string => value.toPrecision(4);
  print(
    `\nWhy ${classText(classNames, classIndex)} (${score} ${shown(classScore)})? The channels that matter most:`,
  );
  const table = new Table({
    head: ['channel', 'weight', `${score} without it`],
    style: { head: [], border: [], compact: true },
    colAligns: ['right', 'right', 'right'],
  });
  const order = Array.from(weights.keys()).sort(
    (a, b) => Math.abs(weights[b] ?? 0) - Math.abs(weights[a] ?? 0),
  );
  for (const k of order.slice(0, TOP_CHANNELS)) {
    table.push([k, (weights[k] ?? 0).toPrecision(4), shown(ablatedScores[k * classes + classIndex] ?? 0)]);
  }
  print(table.toString());
  for (const warning of warnings) print(`note: ${warning}`);
}

function printComparison({ channels, ablation }: AblationCamResult, comparison: Comparison): void {
  const { naiveMs, singleDispatchMs, ablationMs, tailLoopMs } = comparison;
  const naive =
    ablation === 'zero-kernel'
      ? `naive loop (${String(channels)} times filter zeroed, whole model)`
      : `naive loop (${String(channels)} times the layers after the masked one)`;
  const table = new Table({
    head: ['after a warm-up', 'time', 'ratio'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right'],
  });
  table.push(
    [naive, ms(naiveMs), `${(naiveMs / singleDispatchMs).toFixed(1)}x`],
    ['single dispatch, from call to result', ms(singleDispatchMs), '1x'],
    [
      `tail loop alone, TensorFlow.js ${comparison.tailLoopBackend}`,
      ms(tailLoopMs),
      `${(tailLoopMs / ablationMs).toFixed(1)}x`,
    ],
    ['single dispatch, ablation alone', ms(ablationMs), '1x'],
  );
  print(`\n${table.toString()}`);
  print(
    `largest difference of a weight: ${comparison.maxRelativeDifference.toExponential(1)} of the largest weight`,
  );
}

function choiceText({ chosen, requested, reason }: Choice<string>): string {
  return requested === 'auto' ? `${chosen} (${reason})` : chosen;
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
