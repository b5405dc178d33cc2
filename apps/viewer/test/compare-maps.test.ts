import { resizeBilinear } from '@ablation-cam/xai';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareMaps } from '../src/state/compare-maps.ts';
import { pinnableView } from '../src/state/pinned-view.ts';
import { factsOf } from '../src/state/view-facts.ts';
import { reduce } from '../src/state/reducer.ts';
import { isExplained } from '../src/state/wanted-calls.ts';
import { explainedState } from './support/answers.ts';

const test = suite('comparing maps');

/** Pearson's correlation of ranks, from the definition: the number of smaller values and half of the equal ones. */
function spearman(a: readonly number[], b: readonly number[]): number {
  const ranks = (values: readonly number[]): number[] =>
    values.map((value) =>
      values.reduce((sum, other) => sum + (other < value ? 1 : other === value ? 0.5 : 0), 0),
    );
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (i: number) => number): number => x.reduce((total, _, i) => total + f(i), 0);
  return (
    sum((i) => (x[i]! - mx) * (y[i]! - my)) /
    Math.sqrt(sum((i) => (x[i]! - mx) ** 2) * sum((i) => (y[i]! - my) ** 2))
  );
}

test('the numbers are those of their definitions in float64', () => {
  const random = seededRandom(21);
  for (const shape of [[40], [6, 9], [10, 10]]) {
    const size = shape.reduce((product, length) => product * length, 1);
    const [a, b] = [random.floats(size, -1, 3), random.floats(size, -2, 1)];
    const found = compareMaps({ shape, data: a }, { shape, data: b });
    const share = (values: Float32Array): number[] => {
      const reach = Math.max(...Array.from(values, Math.abs));
      return Array.from(values, (value) => value / reach);
    };
    const [x, y] = [share(a), share(b)];
    const difference = x.map((value, i) => value - y[i]!);
    assertClose(found?.difference.data ?? [], difference, { absolute: 1e-12 });
    assertClose([found?.correlation ?? NaN], [spearman(x, y)], { absolute: 1e-12 });
    assertClose([found?.largestDifference ?? NaN], [Math.max(...difference.map(Math.abs))], {
      absolute: 1e-12,
    });
    const count = Math.round(size / 10);
    const top = (values: readonly number[]): number[] =>
      values
        .map((_, i) => i)
        .filter((i) => values.filter((other) => other > values[i]!).length < count && values[i]! > 0);
    const [topX, topY] = [top(x), top(y)];
    const shared = topX.filter((i) => topY.includes(i)).length;
    assertClose([found?.topOverlap ?? NaN], [shared / Math.max(topX.length, topY.length)], {
      absolute: 1e-12,
    });
  }
});

test('a map is like itself, whatever its scale, and unlike what it is not', () => {
  const map = { shape: [4], data: Float32Array.of(0, 1, 2, 5) };
  const twice = { shape: [4], data: Float64Array.of(0, 2, 4, 10) };
  const same = compareMaps(map, twice);
  assert.equal([same?.correlation, same?.topOverlap, same?.largestDifference], [1, 1, 0]);
  const nothing = compareMaps(map, { shape: [4], data: new Float32Array(4) });
  assert.equal([nothing?.correlation, nothing?.topOverlap, nothing?.largestDifference], [0, 0, 1]);
});

test('maps of different layers are held against each other on the finer grid', () => {
  const coarse = { shape: [2, 2], data: Float32Array.of(0, 1, 2, 3) };
  const fine = resizeBilinear(coarse, [6, 4]);
  const found = compareMaps(coarse, fine);
  assert.equal(found?.difference.shape, [6, 4]);
  assert.is(found?.largestDifference, 0);
  assert.is(compareMaps(coarse, { shape: [4], data: new Float32Array(4) }), null);
});

test('a view is put aside, held against others, and swapped back', () => {
  const state = explainedState();
  const pinned = reduce(state, { kind: 'pin-view' });
  assert.is(pinned.pinned?.map.classIndex, 1);
  const other = reduce(pinned, { kind: 'change-display', display: { classIndex: 2 } });
  assert.is(other.pinned, pinned.pinned);
  const swapped = reduce(other, { kind: 'swap-views' });
  assert.is(swapped.display.classIndex, 1);
  assert.is(swapped.pinned?.map.classIndex, 2);
  assert.ok(isExplained(swapped));
  const view = pinnableView(swapped);
  assert.equal(view && factsOf(view), {
    class: 'class 1',
    method: 'Ablation-CAM (probability, off is zero, relative drop)',
    layer: 'conv',
    input: 'x',
    network: 'MNIST-1D',
  });
  assert.is(reduce(swapped, { kind: 'unpin-view' }).pinned, null);
});

test('what is on its way cannot be put aside', () => {
  const state = reduce(explainedState(), { kind: 'change-settings', settings: { layer: 'conv1d' } });
  assert.is(reduce(state, { kind: 'pin-view' }).pinned, null);
});

test.run();
