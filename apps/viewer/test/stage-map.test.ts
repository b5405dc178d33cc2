import { heatmapOf } from '@ablation-cam/xai';
import { localization } from '@ablation-cam/xai/metrics';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyMapReason, type EmptyMap } from '../src/state/empty-map.ts';
import { faintnessOf, type FaintMap } from '../src/state/faintness.ts';
import { mapCaption } from '../src/state/map-caption.ts';
import { contoursOf, smallMap, stageMap } from '../src/state/stage-map.ts';
import { bentMarks } from '../src/views/bent-axis.ts';
import { magnitude, signed } from '../src/views/format.ts';
import { explanation } from './support/answers.ts';

const test = suite('maps on the stage');

const image = (height: number, width: number) => ({
  input: { ...explanation().input, shape: [height, width, 3] },
});
const mapSigned = { shape: [2, 2], data: Float32Array.of(4, -8, 0, 2) };
const map = { shape: [2, 2], data: Float32Array.of(4, 0, 0, 2) };

test('colors reach from 0 to the largest value of what is drawn, as in the library', () => {
  const drawn = stageMap(image(6, 6), { map, mapSigned }, { resolution: 'resized', sides: 'for' });
  assertClose(drawn.shares.data, heatmapOf(map, [6, 6]).data, { absolute: 1e-7 });
  assert.is(drawn.low, 0);
  assert.is(drawn.high, 4);
  assert.equal(smallMap(image(6, 6), map), drawn.shares);
});

test('of a signed map they reach as far below 0 as above it', () => {
  const { shares, low, high, isSigned } = stageMap(
    image(6, 6),
    { map, mapSigned },
    { resolution: 'raw', sides: 'both' },
  );
  assert.equal([low, high, isSigned], [-8, 8, true]);
  assertClose(shares.data, [0.75, 0, 0.5, 0.625], { absolute: 1e-7 });
});

test('a map is drawn once, whoever asks', () => {
  const look = { resolution: 'resized', sides: 'for' } as const;
  const drawn = stageMap(image(5, 5), { map, mapSigned }, look);
  assert.is(stageMap(image(5, 5), { map, mapSigned }, { ...look }), drawn);
  assert.is.not(stageMap(image(7, 5), { map, mapSigned }, look), drawn);
});

test('a map without a positive value has no scale', () => {
  const nothing = { shape: [2], data: Float32Array.of(0, 0) };
  const drawn = stageMap(
    explanation(),
    { map: nothing, mapSigned: nothing },
    { resolution: 'raw', sides: 'for' },
  );
  assert.equal([...drawn.shares.data, drawn.low, drawn.high], [0, 0, 0, 0]);
});

test('contours enclose each side by itself, half of the largest where nothing is hidden', () => {
  const both = stageMap(image(2, 2), { map, mapSigned }, { resolution: 'raw', sides: 'both' });
  assert.equal(
    contoursOf(both, 0).map(({ side, inside }) => [side, ...inside]),
    [
      ['for', 1, 0, 0, 0],
      ['against', 0, 1, 0, 0],
    ],
  );
  const one = stageMap(image(2, 2), { map, mapSigned }, { resolution: 'raw', sides: 'for' });
  assert.equal([...(contoursOf(one, 0.4)[0]?.inside ?? [])], [1, 0, 0, 1]);
});

test('a map is told in words: its place, its peak, and how much lies inside the true region', () => {
  const data = new Float32Array(100);
  data[42] = 1;
  data[41] = 0.5;
  const found = { shape: [10, 10], data };
  const region = { shape: [10, 10], data: new Uint8Array(100).fill(1, 42, 43) };
  assert.is(
    mapCaption(found, region),
    'mainly center left; peak at 25\u00a0% from the left, 45\u00a0% from the top; 67\u00a0% inside the true region',
  );
  const energy = localization(found, region).energy;
  assert.is(Math.round(100 * energy), 67);
  assert.is(
    mapCaption({ shape: [3, 3], data: new Float32Array(9).fill(2) }),
    'spread over the picture; peak at 17\u00a0% from the left, 17\u00a0% from the top',
  );
  // All over one half, no ninth of which has much more than another.
  const right = Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 1));
  assert.match(mapCaption({ shape: [8, 8], data: right }) ?? '', /^mainly in the right half; peak at/);
  const upper = right.map((_, i) => (i < 32 ? 1 : 0));
  assert.match(mapCaption({ shape: [8, 8], data: upper }) ?? '', /^mainly in the top half; peak at/);
  assert.is(
    mapCaption({ shape: [3, 3], data: Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 3) }),
    'mainly bottom right; peak at 83\u00a0% from the left, 83\u00a0% from the top',
  );
  assert.is(
    mapCaption({ shape: [8], data: Float32Array.of(0, 0, 0, -5, 0, 0, 1, 2) }),
    'mainly toward the end; peak at 94\u00a0% from the start',
  );
  // On the border of two thirds, in neither of which there is half.
  const border = Float32Array.from({ length: 12 }, (_, i) => (i === 7 || i === 8 ? 2 : 0.3));
  assert.is(
    mapCaption({ shape: [12], data: border }),
    'mainly toward the end; peak at 63\u00a0% from the start',
  );
  // A disc across the border of two ninths, of which the middle one has more.
  const disc = Float32Array.from({ length: 400 }, (_, i) =>
    Math.hypot((i % 20) - 6.8, Math.floor(i / 20) - 9.5) < 4 ? 1 : 0,
  );
  assert.match(mapCaption({ shape: [20, 20], data: disc }) ?? '', /^mainly center left; peak/);
  assert.is(mapCaption({ shape: [4], data: Float32Array.of(0, -1, 0, 0) }), null);
});

test('the place of a map follows it over a picture of any grid', () => {
  const random = seededRandom(3);
  for (let i = 0; i < 40; i++) {
    const [height, width] = [
      3 + Math.floor(random.floats(1, 0, 30)[0]!),
      3 + Math.floor(random.floats(1, 0, 30)[0]!),
    ];
    const at = Math.floor(random.floats(1, 0, height * width)[0]!);
    const data = new Float32Array(height * width);
    data[at] = 1;
    const [row, column] = [Math.floor(at / width), at % width];
    const words = (share: number, names: readonly string[]): string =>
      names[share < 0.4 ? 0 : share > 0.6 ? 2 : 1] ?? '';
    const down = words((row + 0.5) / height, ['top', 'center', 'bottom']);
    const across = words((column + 0.5) / width, ['left', 'center', 'right']);
    const place = down === 'center' && across === 'center' ? 'center' : `${down} ${across}`;
    assert.ok(mapCaption({ shape: [height, width], data })?.startsWith(`mainly ${place}; peak`));
  }
});

test('a map that is nearly nothing says so', () => {
  const of = (weights: readonly number[], values: readonly number[]): FaintMap => ({
    run: explanation().run,
    weights: Float32Array.from(weights),
    map: { shape: [values.length], data: Float32Array.from(values, (value) => Math.max(0, value)) },
    mapSigned: { shape: [values.length], data: Float32Array.from(values) },
  });
  assert.is(faintnessOf(of([0.5, -0.1], [3, -2]), 'rings'), null);
  assert.match(faintnessOf(of([0.5, -0.1], [1, -50]), 'rings') ?? '', /against rings is 50 times as strong/);
  assert.match(
    faintnessOf(of([0.002, 0], [3, 0]), 'rings') ?? '',
    /no channel carries more than 0\.2\s% of the score of rings/,
  );
  assert.match(
    faintnessOf(of([0.00103, 0], [3, 0]), 'rings') ?? '',
    /no channel carries more than 0\.11\s% of the score of rings/,
  );
  // A map of nothing has a caption that says so.
  assert.is(faintnessOf(of([-0.5, 0], [-1, 0]), 'rings'), null);
});

test('a map of nothing says in plain words why, and where to look instead', () => {
  const of = (weights: readonly number[] | null, values: readonly number[]): EmptyMap => ({
    run: explanation().run,
    weights: weights && Float32Array.from(weights),
    map: { shape: [values.length], data: Float32Array.from(values, (value) => Math.max(0, value)) },
    mapSigned: { shape: [values.length], data: Float32Array.from(values) },
  });
  assert.is(emptyMapReason(of([0.5, -0.1], [3, -2]), 'rings', 'for'), null);
  assert.is(
    emptyMapReason(of([0.5, -0.1], [-1, -2]), 'rings', 'for'),
    'What speaks for it is outweighed everywhere by what speaks against it. ' +
      'Choose “for and against” below to see what speaks against it.',
  );
  assert.is(
    emptyMapReason(of([-0.5, 0], [-1, 0]), 'rings', 'both'),
    'Without any one of its channels rings would score as high or higher.',
  );
  assert.is(
    emptyMapReason(of([0, 0], [0, 0]), 'rings', 'for'),
    'Its score stays as it is whichever channel is off.',
  );
  assert.is(emptyMapReason(of(null, [0, 0]), 'rings', 'for'), '');
});

test('numbers of every size are written in three digits', () => {
  assert.equal([0, 12.345, -0.5, 0.000123, 9.69e-6, -9.69e-6, 7e-9].map(magnitude), [
    '0',
    '12.3',
    '−0.5',
    '0.000123',
    '9.69e−6',
    '−9.69e−6',
    '7.00e−9',
  ]);
  assert.equal([-0.5, 2.2e-5, -2.2e-5].map(signed), ['−0.5000', '+2.2e−5', '−2.2e−5']);
});

test('a bent axis is marked with round numbers on both sides of 0, apart from each other', () => {
  assert.equal(bentMarks(-0.02, 0.21, 0.03, 11), [-0.02, -0.01, 0, 0.01, 0.02, 0.05, 0.1, 0.2]);
  assert.equal(bentMarks(0, 50, 1, 4), [0, 2, 10, 50]);
  const marks = bentMarks(-2e7, 3, 1, 11);
  assert.ok(marks.length > 3 && marks.length <= 13, marks.join());
  assert.equal(
    marks,
    [...new Set(marks)].sort((a, b) => a - b),
  );
});

test.run();
