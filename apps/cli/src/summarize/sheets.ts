import { readInput, type ModelInput, type PlotPalette } from '@ablation-cam/model';
import { heatmapOf, type PositionMap } from '@ablation-cam/xai';
import { drawContactSheet, type SheetCell } from '@ablation-cam/xai/drawing';
import { rowLength } from '@ablation-cam/model/results';
import type { SetResultGroup } from '../explain-set/result/result.ts';
import type { SampleSource } from '../explain-set/samples/samples.ts';
import type { Example, MethodFindings } from './summary.ts';

/** More rows make the page long and say no more. */
const MOST_CLASSES = 16;

/** Draws the samples of a result with their maps; without the samples, where they cannot be read any more, the maps alone. */
export class SheetDrawer {
  readonly #result: SetResultGroup;
  readonly #source: SampleSource | null;
  readonly #palette: PlotPalette;

  constructor(result: SetResultGroup, source: SampleSource | null, palette: PlotPalette) {
    this.#result = result;
    this.#source = source;
    this.#palette = palette;
  }

  /** Returns an SVG of examples, a column each, or null where there are none. */
  async examples(
    rows: readonly { readonly label: string; readonly examples: readonly Example[] }[],
    method: string,
    captionOf: (example: Example) => string,
  ): Promise<string | null> {
    const filled = rows.filter(({ examples }) => examples.length > 0);
    const columns = Math.max(0, ...filled.map(({ examples }) => examples.length));
    if (columns === 0) return null;
    const cells: SheetCell[] = [];
    for (const { examples } of filled) {
      for (let column = 0; column < columns; column++) {
        const example = examples[column];
        cells.push(
          example
            ? { ...(await this.#cell(example, method)), caption: captionOf(example) }
            : { kind: 'empty' },
        );
      }
    }
    return drawContactSheet(cells, {
      columns,
      rowLabels: filled.map(({ label }) => label),
      cellSize: { width: 110, height: 96 },
      colorBar: false,
      palette: this.#palette,
    });
  }

  /** Returns an SVG of the mean and the spread of the maps of each class. */
  classMaps({ classes, mapShape }: MethodFindings): string | null {
    const shown = classes.slice(0, MOST_CLASSES);
    if (shown.length === 0) return null;
    const asMap = (data: readonly number[]): SheetCell => ({
      kind: 'heatmap',
      map: { shape: mapShape.length === 1 ? [1, ...mapShape] : mapShape, data: Float32Array.from(data) },
    });
    return drawContactSheet(
      [...shown.map(({ mean }) => asMap(mean)), ...shown.map(({ spread }) => asMap(spread))],
      {
        columns: shown.length,
        columnLabels: shown.map(({ name, samples }) => `${name} (${samples})`),
        rowLabels: ['mean', 'spread'],
        cellSize: { width: 96, height: mapShape.length === 1 ? 24 : 96 },
        palette: this.#palette,
      },
    );
  }

  async #cell({ index, source }: Example, method: string): Promise<SheetCell> {
    const shape = this.#result.plan.methods.find(({ name }) => name === method)?.map ?? [];
    const rows = await this.#result.read<Float32Array>(`${method}/map`, index, 1);
    const data = rows.subarray(0, rowLength(shape)).map((value) => Math.max(0, value));
    const map: PositionMap = { shape, data };
    const input = await this.#input(source, shape.length);
    if (input?.original) {
      const { original } = input;
      return { kind: 'overlay', image: original, heatmap: heatmapOf(map, [original.height, original.width]) };
    }
    if (input && shape.length === 1) {
      return { kind: 'signal', signal: input, heatmap: heatmapOf(map, input.shape.slice(0, 1)) };
    }
    return { kind: 'heatmap', map: { shape: shape.length === 1 ? [1, ...shape] : shape, data } };
  }

  async #input(source: string, axes: number): Promise<ModelInput | null> {
    if (!this.#source) return null;
    try {
      const shape = axes === 1 ? [null, null] : [null, null, 3];
      return await readInput(await this.#source.bytesOf(source), { shape, name: source });
    } catch {
      // A picture that is gone since is shown by its map.
      return null;
    }
  }
}
