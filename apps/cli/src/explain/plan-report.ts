import Table from 'cli-table3';
import type { StepDescription } from '@ablation-cam/kernels';
import type { AblationPlan } from '@ablation-cam/xai';
import { print } from '../print.ts';
import { printLaunches } from './launch-report.ts';
import { bytesText, counted, quantity } from './quantity.ts';

/** Prints what a plan does and costs, for one input. */
export function printPlan(plan: AblationPlan): void {
  const { target, channels, classes, steps, dispatches, operations, chunks, ratios, kFoldShare, fallback } =
    plan;
  print(
    `${target}: ${String(channels)} channels, ${String(classes)} classes; ` +
      `${counted(dispatches, 'dispatch', 'dispatches')} for ` +
      (chunks.perInput === 1
        ? 'all channels together'
        : `each of ${String(chunks.perInput)} chunks of ${String(chunks.variants)} channels`),
  );
  const table = new Table({
    head: ['run', 'step', 'layers', 'label', 'shape', 'dispatches', 'bytes', 'multiply-adds', 'K-fold'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'left', 'left', 'left', 'right', 'right', 'right', 'left'],
  });
  for (const step of steps) {
    table.push([
      step.phase,
      step.kind,
      layersText(step.layers),
      labelText(step),
      `${shapeText(step.input)} -> ${shapeText(step.output)}`,
      step.dispatches,
      quantity(step.bytes),
      quantity(step.operations),
      step.isKFold ? 'yes' : '',
    ]);
  }
  print(table.toString());
  const lines = [
    `multiply-adds   ${quantity(operations.plan)} for all channels, ${percent(kFoldShare)} of them K-fold; ` +
      `the base run again ${quantity(operations.base)}; a pass of the tail ${quantity(operations.tail)}` +
      (operations.network === null ? '' : `, of the network ${quantity(operations.network)}`),
    `memory          ${bytesText(chunks.runBytes)} besides the weights, ${bytesText(chunks.bytesPerVariant)} a channel`,
    `cheaper than    ${[
      ratios.naiveLoop === null ? null : `the naive loop ${ratios.naiveLoop.toPrecision(3)}x`,
      `the tail loop ${ratios.tailLoop.toPrecision(3)}x`,
      ratios.gradCam === null ? null : `a Grad-CAM ${(1 / ratios.gradCam).toPrecision(3)}x`,
    ]
      .filter((ratio) => ratio !== null)
      .join(', ')} (in multiply-adds)`,
  ];
  print(lines.join('\n'));
  for (const reason of fallback) print(`left to the network's own layers: ${reason}`);
  if (plan.launches) printLaunches(plan.launches);
}

function labelText({ label }: StepDescription): string {
  switch (label.kind) {
    case 'low-rank':
      return `low-rank(${String(label.rank)})`;
    case 'all':
      return `all (${String(label.changed)})`;
    case 'same':
    case 'one-channel':
      return label.kind;
  }
}

/** The first and the last of many layers. */
function layersText(layers: readonly string[]): string {
  const names = [...new Set(layers)];
  return names.length <= 3
    ? names.join(', ')
    : `${names[0] ?? ''} ... ${names.at(-1) ?? ''} (${String(names.length)})`;
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? '-' : shape.join('x');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
