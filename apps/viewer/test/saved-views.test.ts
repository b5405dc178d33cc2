import { drawImageOverlay } from '@ablation-cam/xai/drawing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawView } from '../src/client/download.ts';
import { renderReport } from '../src/client/report.ts';
import type { Explained } from '../src/protocol/descriptions.ts';
import { reduce } from '../src/state/reducer.ts';
import { shownAttribution } from '../src/state/selectors.ts';
import { explainedState } from './support/answers.ts';

const test = suite('saved pictures and reports');

/** A signed map whose values are all above 0, from 0.5 to 1; the legend beside it goes from −1 to 1. */
const state = reduce(explainedState(), { kind: 'change-display', display: { sides: 'both' } });

/** What is saved as a picture, and in the report. */
function saved(change: (explained: Explained) => Explained): { picture: string; report: string } {
  const shown = shownAttribution(state);
  if (!shown || !state.explained) throw new Error('nothing is shown');
  const explained = change(state.explained.result);
  const map = { shape: explained.input.shape.slice(0, -1), data: shown.mapSigned.data };
  const attribution = { ...shown, map, mapSigned: map, weights: Float32Array.of(0.002, -0.00004) };
  return {
    picture: drawView(state, explained, attribution),
    report: renderReport(state, explained, attribution),
  };
}

const ofTwoSamples = (explained: Explained): Explained => ({
  ...explained,
  input: { ...explained.input, data: new Float32Array(2), shape: [2, 1] },
});

test('0 has the middle color of a signed signal without a value below 0', () => {
  const { picture, report } = saved(ofTwoSamples);
  // The color of RdBu_r at three quarters.
  const half = /<circle [^>]*fill="#e48067"/g;
  assert.is(picture.match(half)?.length, 1);
  assert.is(report.match(half)?.length, 2, 'wide and narrow');
});

test('and of a signed map over an image', () => {
  const image = { width: 2, height: 1, rgb: new Uint8Array(6).fill(90) };
  const { picture, report } = saved((explained) => ({
    ...explained,
    input: { ...explained.input, image, data: new Float32Array(6), shape: [1, 2, 3] },
  }));
  const heatmap = { shape: [1, 2], data: Float32Array.of(1, 0.5) };
  const { opacity } = state.display;
  const drawn = drawImageOverlay(image, heatmap, { colorMap: 'RdBu_r', range: [-1, 1], opacity, aspect: 2 });
  const layers = [...drawn.matchAll(/href="(data:image[^"]*)"/g)].map(([, pixels]) => pixels);
  const bar = 1;
  assert.is(layers.length, 2 + bar);
  for (const pixels of layers) assert.ok(picture.includes(pixels ?? 'none'), 'picture');
  for (const pixels of layers.slice(0, -bar)) assert.ok(report.includes(pixels ?? 'none'), 'report');
});

test('weights in the report have as many digits as tell them apart, all alike', () => {
  const { report } = saved(ofTwoSamples);
  const [, list = ''] = /Channels that count most([^]*?)<\/table>/.exec(report) ?? [];
  const weights = [...list.matchAll(/<td>(.*?)<\/td>/g)].map(([, text]) => text);
  assert.equal(weights, ['+0.00200', '−0.00004']);
});

test.run();
