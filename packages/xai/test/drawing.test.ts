import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { darkPalette, lightPalette } from '@ablation-cam/model';
import { XaiError, type XaiErrorCode } from '../src/index.ts';
import {
  colorMap,
  drawContactSheet,
  drawImageHeatmap,
  drawImageOverlay,
  drawSignalHeatmap,
  renderPng,
} from '../src/drawing.ts';
import { awkwardDrawings, imageOf, mapOf, signalOf } from './support/drawings.ts';
import { assertColor, pictureOf } from './support/picture.ts';

/** Room around every drawing; without text above it, where the picture begins. */
const MARGIN = 16;
const GAP = 16;
const viridis = colorMap('viridis');

const test = suite('drawings');

const refused = (code: XaiErrorCode) => (error: unknown) => error instanceof XaiError && error.code === code;

test('a heatmap shows the value of every position in its color', async () => {
  const map = { shape: [2, 2], data: Float32Array.of(0, 1, 2, 4) };
  const picture = await pictureOf(drawImageHeatmap(map));
  // 2 x 2 positions at 200 pixels each.
  const centre = (row: number, column: number) =>
    picture.at(MARGIN + 100 + 200 * column, MARGIN + 100 + 200 * row);
  assertColor(centre(0, 0), viridis(0));
  assertColor(centre(0, 1), viridis(0.25));
  assertColor(centre(1, 0), viridis(0.5));
  assertColor(centre(1, 1), viridis(1));
});

test('positions have sharp edges, unless they are interpolated', async () => {
  const map = { shape: [1, 2], data: Float32Array.of(0, 1) };
  const y = MARGIN + 100;
  const sharp = await pictureOf(drawImageHeatmap(map));
  assertColor(sharp.at(MARGIN + 198, y), viridis(0));
  assertColor(sharp.at(MARGIN + 201, y), viridis(1));
  const smooth = await pictureOf(drawImageHeatmap(map, { interpolation: 'bilinear' }));
  // Neighbouring levels of viridis differ by up to 3.
  assertColor(smooth.at(MARGIN + 200, y), viridis(0.5), 4);
});

test('the color bar begins and ends with the colors of the smallest and the largest value', async () => {
  for (const [data, name] of [
    [Float32Array.of(0, 1, 2, 4), 'viridis'],
    [Float32Array.of(-1, 1, 2, -4), 'RdBu_r'],
  ] as const) {
    const picture = await pictureOf(drawImageHeatmap({ shape: [2, 2], data }));
    const x = MARGIN + 400 + GAP + 7;
    assertColor(picture.at(x, MARGIN + 1), colorMap(name)(1), 4, name);
    assertColor(picture.at(x, MARGIN + 398), colorMap(name)(0), 4, name);
  }
});

test('a uniform overlay mixes image and heatmap by the opacity', async () => {
  const image = imageOf(8, 8, [200, 100, 50]);
  const map = { shape: [8, 8], data: mapOf([8, 8], 1).data.with(0, 0) };
  for (const opacity of [0, 0.25, 1]) {
    const picture = await pictureOf(drawImageOverlay(image, map, { opacity, alpha: 'uniform' }));
    const mixed = [200, 100, 50].map((value, i) => (1 - opacity) * value + opacity * viridis(1)[i]!);
    assertColor(picture.at(MARGIN + 225, MARGIN + 225), mixed);
  }
});

test('by value, the image is as it was where the heatmap is 0', async () => {
  const image = imageOf(8, 8, [200, 100, 50]);
  const map = { shape: [8, 8], data: mapOf([8, 8], 1).data.with(0, 0) };
  const picture = await pictureOf(drawImageOverlay(image, map, { alpha: 'value', opacity: 1 }));
  assertColor(picture.at(MARGIN + 25, MARGIN + 25), [200, 100, 50]);
  assertColor(picture.at(MARGIN + 225, MARGIN + 225), viridis(1));
});

test('the image stands beside the heatmap over it where that is asked for', async () => {
  const image = imageOf(8, 8, [200, 100, 50]);
  const map = { shape: [8, 8], data: mapOf([8, 8], 1).data.with(0, 0) };
  const svg = drawImageOverlay(image, map, { alpha: 'uniform', opacity: 1, imageBeside: true });
  const picture = await pictureOf(svg);
  assertColor(picture.at(MARGIN + 225, MARGIN + 225), [200, 100, 50]);
  assertColor(picture.at(MARGIN + 400 + GAP + 225, MARGIN + 225), viridis(1));
});

test('a heatmap of another resolution covers the whole image', async () => {
  const map = { shape: [1, 2], data: Float32Array.of(0, 1) };
  const picture = await pictureOf(
    drawImageOverlay(imageOf(10, 10, [9, 9, 9]), map, { alpha: 'uniform', opacity: 1 }),
  );
  for (const y of [2, 397]) {
    assertColor(picture.at(MARGIN + 2, MARGIN + y), viridis(0));
    assertColor(picture.at(MARGIN + 397, MARGIN + y), viridis(1));
  }
});

test('a large image is averaged down, not sampled', async () => {
  const rgb = Uint8Array.from({ length: 1600 * 800 * 3 }, (_, i) => (Math.floor(i / 3) % 2 === 0 ? 0 : 200));
  const picture = await pictureOf(drawImageOverlay({ width: 1600, height: 800, rgb }, mapOf([2, 2], 0)));
  assertColor(picture.at(MARGIN + 123, MARGIN + 77), [100, 100, 100]);
});

test('an image that a network gets squashed is drawn so, with its map', async () => {
  const map = { shape: [1, 2], data: Float32Array.of(0, 1) };
  const style = { alpha: 'uniform', opacity: 1, colorBar: false } as const;
  const whole = await pictureOf(drawImageOverlay(imageOf(10, 5), map, style));
  const square = await pictureOf(drawImageOverlay(imageOf(10, 5), map, { ...style, aspect: 1 }));
  assert.equal([square.width, square.height], [whole.width, whole.height + 200]);
  for (const y of [2, 397]) assertColor(square.at(MARGIN + 397, MARGIN + y), viridis(1));
});

test('a signal and the strip below it run through the colors of the map', async () => {
  const map = { shape: [2], data: Float32Array.of(0, 1) };
  const picture = await pictureOf(drawSignalHeatmap(new Float32Array(2), map));
  const [strip, curve] = [MARGIN + 220 + 10, MARGIN + 110];
  const white = (x: number, y: number) => picture.at(x, y).every((channel) => channel > 250);
  const colored = Array.from({ length: 640 + MARGIN }, (_, x) => x).filter((x) => !white(x, strip));
  const [first, last] = [colored[0]!, colored.at(-1)!];
  // The outermost pixel may be covered in part.
  assertColor(picture.at(first + 2, strip), viridis(0));
  assertColor(picture.at(last - 2, strip), viridis(1));
  const middle = Math.round((first + last) / 2);
  assertColor(picture.at(middle, strip), viridis(0.5), 4);
  assertColor(picture.at(middle, curve), viridis(0.5), 4);
});

test('a flat map is said in words and drawn without colors', () => {
  for (const value of [0, 0.3]) {
    const signal = drawSignalHeatmap(signalOf(40), mapOf([40], value));
    assert.match(signal, />flat map</);
    assert.not.match(signal, /linearGradient|<image/);
    assert.match(drawImageHeatmap(mapOf([8, 8], value)), />flat map</);
    const overlay = drawImageOverlay(imageOf(8, 8), mapOf([8, 8], value), { colorBar: false });
    assert.match(overlay, />flat map</);
    assert.is(overlay.match(/<image/g)?.length, 1);
    const sheet = drawContactSheet([{ kind: 'heatmap', map: mapOf([8, 8], value), caption: 'drop 0' }], {
      columns: 1,
    });
    assert.match(sheet, />flat map, drop 0</);
  }
  assert.not.match(drawSignalHeatmap(signalOf(40), mapOf([40])), /flat map/);
});

test('a long class name is shortened and its probability stays', () => {
  const svg = drawImageHeatmap(mapOf([8, 8]), {
    decision: { className: 'x'.repeat(300), probability: 0.25 },
  });
  assert.match(svg, /x… · p = 0\.250</);
});

test('text of any kind stays text', async () => {
  const title = `</text><script>alert("1")</script> & 'so on' \u0007\ud800`;
  const svg = drawSignalHeatmap(signalOf(9), mapOf([9]), { title, xLabel: title, caption: title });
  assert.not.match(svg, /<script/);
  assert.match(svg, /&lt;\/text&gt;&lt;script&gt;/);
  await renderPng(svg);
});

test('a picture has the size of the drawing times the scale', async () => {
  const svg = drawImageHeatmap(mapOf([8, 8]), { title: 'sizes' });
  const [, width, height] = /^<svg [^>]*width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
  for (const scale of [1, 2, 0.5]) {
    const picture = await pictureOf(svg, { scale });
    assert.equal([picture.width, picture.height], [Math.round(width! * scale), Math.round(height! * scale)]);
  }
});

for (const [name, svg] of Object.entries(awkwardDrawings())) {
  test(`nothing of ${name} reaches into the margin`, async () => {
    const picture = await pictureOf(svg);
    const { width, height } = picture;
    const background = picture.at(0, 0);
    // Half a line of a color bar's numbers may lie in the margin of 16 pixels.
    const outer = 8;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const inside = x >= outer && x < width - outer && y >= outer && y < height - outer;
        if (!inside) assertColor(picture.at(x, y), background, 2, `at ${x}, ${y}:`);
      }
    }
  });
}

test('the palette colors background and text', async () => {
  for (const [palette, background] of [
    [lightPalette, [255, 255, 255]],
    [darkPalette, [0x14, 0x18, 0x1d]],
  ] as const) {
    const svg = drawImageHeatmap(mapOf([8, 8]), { palette, title: 'colors' });
    assert.match(svg, new RegExp(`<text [^>]*fill="${palette.ink}"[^>]*>colors<`));
    assertColor((await pictureOf(svg)).at(1, 1), background);
  }
});

test('a contact sheet has the labels of its rows and columns and one color bar for each color map', () => {
  const cells = [mapOf([4, 4]), mapOf([3, 5]), { shape: [2], data: Float32Array.of(-1, 1) }].map(
    (map) => ({ kind: 'heatmap', map }) as const,
  );
  const labels = { columnLabels: ['first', 'second'], rowLabels: ['upper', 'lower'] };
  const svg = drawContactSheet(cells, { columns: 2, ...labels });
  for (const label of ['first', 'second', 'upper', 'lower', 'max', '−max'])
    assert.ok(svg.includes(`>${label}<`));
  // Three maps and two bars.
  assert.is(svg.match(/<image/g)?.length, 5);
  assert.is(drawContactSheet(cells, { columns: 2, colorBar: false }).match(/<image/g)?.length, 3);
});

test('one page can hold several drawings: equal gradients have equal names, others different ones', () => {
  const names = [mapOf([40]), mapOf([40]), mapOf([41])].map(
    (map) => /<linearGradient id="([^"]+)"/.exec(drawSignalHeatmap(signalOf(40), map))?.[1],
  );
  assert.is(names[0], names[1]);
  assert.is.not(names[0], names[2]);
});

test('a drawing has no style, script or reference outside itself, so that a strict content policy allows it', () => {
  for (const svg of Object.values(awkwardDrawings())) {
    assert.not.match(svg, /<style|style=|<script|href="(?!data:image\/png)/);
  }
});

test('what cannot be drawn is refused', () => {
  const map = mapOf([8, 8]);
  const bad = 'invalid-input';
  assert.throws(() => drawImageHeatmap(mapOf([2, 2, 2])), refused(bad));
  assert.throws(() => drawImageOverlay({ ...imageOf(8, 8), width: 9 }, map), refused(bad));
  assert.throws(() => drawImageOverlay(imageOf(8, 8), map, { opacity: 1.5 }), refused('invalid-option'));
  assert.throws(() => drawImageOverlay(imageOf(8, 8), map, { aspect: 0 }), refused('invalid-option'));
  assert.throws(() => drawSignalHeatmap(signalOf(8), map), refused(bad));
  assert.throws(() => drawSignalHeatmap(new Float32Array(0), mapOf([8])), refused(bad));
  assert.throws(() => drawSignalHeatmap(Float32Array.of(1, Infinity), mapOf([2])), refused(bad));
  assert.throws(() => drawSignalHeatmap({ data: signalOf(8), shape: [3, 3] }, mapOf([3])), refused(bad));
  assert.throws(() => drawContactSheet([], { columns: 1 }), refused(bad));
  assert.throws(() => drawContactSheet([{ kind: 'empty' }], { columns: 0 }), refused('invalid-option'));
});

test('what is no SVG, and a scale of 0, are refused', async () => {
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => (error instanceof XaiError ? error.code : error),
    );
  assert.is(await refusal(renderPng('<svg><text>')), 'invalid-input');
  assert.is(await refusal(renderPng(drawImageHeatmap(mapOf([2])), { scale: 0 })), 'invalid-option');
});

test.run();
