import { seededRandom } from '@ablation-cam/tools/testing';
import type { OriginalImage } from '@ablation-cam/model';
import { darkPalette } from '@ablation-cam/model';
import type { PositionMap } from '../../src/index.ts';
import {
  drawContactSheet,
  drawImageHeatmap,
  drawImageOverlay,
  drawSignalHeatmap,
} from '../../src/drawing.ts';

/** A map with values drawn from [0, 1), or all `value`. */
export function mapOf(shape: readonly number[], value?: number): PositionMap {
  const random = seededRandom(7);
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: Float32Array.from({ length: size }, () => value ?? random.uniform()) };
}

/** An image with random pixels, or all of one color. */
export function imageOf(width: number, height: number, color?: readonly number[]): OriginalImage {
  const random = seededRandom(11);
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    color ? color[i % 3]! : 256 * random.uniform(),
  );
  return { width, height, rgb };
}

export function signalOf(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.fround(((i * i) % 17) - 5));
}

const LONG = `a name of a class that nobody would ever want to read in full & with <marks> "of all kinds", ${'x'.repeat(200)}`;

/** Drawings of everything that is hard to lay out, by name. */
export function awkwardDrawings(): Record<string, string> {
  const text = { title: LONG, decision: { className: LONG, probability: 0.99996 }, caption: LONG };
  const zero = mapOf([8, 8], 0);
  const channels = { data: signalOf(300), shape: [100, 3] };
  return {
    'an image of 8 x 8': drawImageOverlay(imageOf(8, 8), mapOf([8, 8]), text),
    'an image beside its map': drawImageOverlay(imageOf(8, 8), mapOf([8, 8]), { ...text, imageBeside: true }),
    'an image of one pixel': drawImageOverlay(imageOf(1, 1), mapOf([2, 2]), text),
    'a tall image': drawImageOverlay(imageOf(4, 900), mapOf([9, 1]), text),
    'a wide image': drawImageOverlay(imageOf(900, 4), mapOf([2, 7]), text),
    'a large image': drawImageOverlay(imageOf(1000, 700), mapOf([7, 7]), { ...text, palette: darkPalette }),
    'a flat map over an image': drawImageOverlay(imageOf(8, 8), zero, text),
    'a map of one value': drawImageHeatmap(mapOf([1]), text),
    'a map over a signal': drawImageHeatmap(mapOf([40]), text),
    'tiny values': drawImageHeatmap({ shape: [1, 3], data: Float32Array.of(-1e-9, 2e-9, 3e-9) }, text),
    'a smooth map': drawImageHeatmap(mapOf([5, 7]), { ...text, interpolation: 'bilinear' }),
    'one sample': drawSignalHeatmap(signalOf(1), mapOf([1]), text),
    'five samples': drawSignalHeatmap(signalOf(5), mapOf([5]), text),
    'two thousand samples': drawSignalHeatmap(signalOf(2000), mapOf([250]), text),
    'large values': drawSignalHeatmap(
      signalOf(40).map((value) => value * 1e9),
      mapOf([40]),
      text,
    ),
    'a flat map over a signal': drawSignalHeatmap(signalOf(40), mapOf([40], 0), text),
    'three channels': drawSignalHeatmap(channels, mapOf([100]), { ...text, channelNames: [LONG, '', LONG] }),
    'a small plot': drawSignalHeatmap(signalOf(40), mapOf([40]), { width: 1, plotHeight: 1 }),
    'a contact sheet': drawContactSheet(
      [
        { kind: 'overlay', image: imageOf(8, 8), heatmap: mapOf([8, 8]), caption: LONG },
        { kind: 'heatmap', map: zero, caption: LONG },
        { kind: 'empty' },
        { kind: 'signal', signal: channels, heatmap: mapOf([100]) },
        { kind: 'image', image: imageOf(3, 300) },
        { kind: 'heatmap', map: { shape: [3], data: Float32Array.of(-1, 0, 2) } },
        { kind: 'image', image: imageOf(300, 3) },
      ],
      { ...text, columns: 3, rowLabels: [LONG, 'b', LONG], columnLabels: ['one', LONG, LONG] },
    ),
  };
}
