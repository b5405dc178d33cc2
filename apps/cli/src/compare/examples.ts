import type { MethodName, PositionMap } from '@ablation-cam/xai';
import { drawContactSheet, type SheetCell } from '@ablation-cam/xai/drawing';
import type { PlotPalette } from '@ablation-cam/model';
import type { Comparison } from './comparison.ts';
import { inputOf } from './measure-samples.ts';
import type { MethodExplainers } from './method-explainers.ts';
import type { CompareData } from './samples.ts';

/** More rows make the page long and say no more. */
const MOST_CLASSES = 10;

/** Pixels that the page has for the columns, and what lies between two of them. */
const PAGE_WIDTH = 980;
const GAP = 12;

/** Draws a sample of each class, the first one predicted right where there is one, beside every method's map of it. */
export async function drawExamples(
  explainers: MethodExplainers,
  { dataSet }: CompareData,
  { records, methods, classNames }: Comparison,
  palette: PlotPalette,
): Promise<string> {
  // A signal is drawn with its map; an image is covered by it.
  const showsInput = dataSet.inputShape.length === 3;
  const cells: SheetCell[] = [];
  const rowLabels: string[] = [];
  for (const [label, name] of classNames.entries()) {
    const own = records.filter((record) => record.label === label);
    const example = own.find((record) => record.classIndex === label) ?? own[0];
    if (!example || rowLabels.length === MOST_CLASSES) continue;
    const input = await inputOf(dataSet, [example.sample]);
    const predicted = classNames[example.classIndex] ?? String(example.classIndex);
    rowLabels.push(example.classIndex === label ? name : `${name}, taken for ${predicted}`);
    if (showsInput) cells.push(inputCell(input.data, dataSet.inputShape));
    for (const { method } of methods) {
      const { explanations } = await explainers.explain(method as MethodName, input);
      cells.push(mapCell(input.data, dataSet.inputShape, explanations[0]!.heatmap));
    }
  }
  const columns = methods.length + (showsInput ? 1 : 0);
  const width = Math.max(72, Math.min(128, Math.floor(PAGE_WIDTH / columns) - GAP));
  return drawContactSheet(cells, {
    columns,
    columnLabels: [
      ...(showsInput ? ['input'] : []),
      ...methods.map(({ method }) => method.replaceAll('-', ' ')),
    ],
    rowLabels,
    cellSize: { width, height: showsInput ? width : 84 },
    palette,
  });
}

function inputCell(data: Float32Array, shape: readonly number[]): SheetCell {
  return { kind: 'image', image: imageOf(data, shape) };
}

function mapCell(data: Float32Array, shape: readonly number[], heatmap: PositionMap): SheetCell {
  return shape.length === 3
    ? { kind: 'overlay', image: imageOf(data, shape), heatmap }
    : { kind: 'signal', signal: { data, shape }, heatmap };
}

/** Values as an image: 0 to 1 where they lie there, else stretched from the smallest to the largest. */
function imageOf(
  data: Float32Array,
  [height = 1, width = 1, channels = 1]: readonly number[],
): { width: number; height: number; rgb: Uint8Array } {
  let [low, high] = [0, 1];
  for (const value of data) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const rgb = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const channel = channels === 3 ? i % 3 : 0;
    const value = data[Math.floor(i / 3) * channels + channel] ?? 0;
    return Math.round((255 * (value - low)) / (high - low));
  });
  return { width, height, rgb };
}
