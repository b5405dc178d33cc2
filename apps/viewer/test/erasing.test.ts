import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { erasedCells, type Mark } from '../src/protocol/erasure.ts';
import { erasureOf } from '../src/state/erasing.ts';
import { reduce } from '../src/state/reducer.ts';
import { sampleOf } from '../src/state/state.ts';
import { isExplained, wantedCalls } from '../src/state/wanted-calls.ts';
import { blurred } from '../src/worker/blur.ts';
import { eraseInput } from '../src/worker/erase-input.ts';
import { explainedState } from './support/answers.ts';

const test = suite('erasing');

const box = (x: number, width: number): Mark => ({ form: 'box', x, y: 0.5, width, height: 1 });

test('marks cover the cells whose middles lie in them', () => {
  assert.equal([...erasedCells([box(0.25, 0.5)], [4])], [1, 1, 0, 0]);
  assert.equal([...erasedCells([box(0.25, 0.3), box(1, 0.2)], [4])], [1, 1, 0, 0]);
  const disc: Mark = { form: 'disc', x: 0.5, y: 0.5, width: 1, height: 1 };
  assert.equal([...erasedCells([disc], [4, 4])], [0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0]);
  assert.equal([...erasedCells([{ ...disc, x: 9 }], [2, 2])], [0, 0, 0, 0]);
});

test('an erased input has its mean, nothing or a blur there, as the network gets it and as it is shown', () => {
  const data = Float32Array.of(0, 1, 0.5, 0.5, 1, 0, 0.5, 1);
  const original = { width: 2, height: 2, rgb: Uint8Array.of(0, 0, 0, 200, 100, 50, 40, 40, 40, 0, 60, 30) };
  const input = { name: 'x', data, shape: [2, 2, 2], original, label: 1 };
  const marks = [box(0.25, 0.5)];
  const mean = eraseInput(input, { fill: 'mean', marks }, '0..1');
  assertClose(mean.data, [0.5, 0.625, 0.5, 0.5, 0.5, 0.625, 0.5, 1], { absolute: 1e-7 });
  assert.equal([...(mean.original?.rgb ?? [])], [60, 50, 30, 200, 100, 50, 60, 50, 30, 0, 60, 30]);
  const zero = eraseInput(input, { fill: 'zero', marks }, '-1..1');
  assert.equal([...zero.data], [0, 0, 0.5, 0.5, 0, 0, 0.5, 1]);
  assert.equal([...(zero.original?.rgb ?? []).slice(0, 6)], [128, 128, 128, 200, 100, 50]);
  assert.equal([...data], [0, 1, 0.5, 0.5, 1, 0, 0.5, 1], 'the input itself stays as it is');
  assert.equal([mean.label, mean.name], [1, 'x, partly erased']);
});

test('a blur keeps what is alike and takes away what is small', () => {
  const flat = blurred(new Float32Array(64 * 3).fill(2), [64, 3]);
  assertClose(flat, new Float32Array(64 * 3).fill(2), { absolute: 1e-6 });
  const point = Float32Array.from({ length: 32 * 32 }, (_, i) => (i === 16 * 32 + 16 ? 1 : 0));
  const spread = blurred(point, [32, 32, 1]);
  assert.ok(Math.max(...spread) < 0.05);
  assertClose([spread.reduce((sum, value) => sum + value, 0)], [1], { absolute: 1e-4 });
});

test('a stroke asks for another explanation, grows in place, and is undone at once', () => {
  const state = explainedState();
  const one = reduce(state, { kind: 'erase', stroke: { id: 1, marks: [box(0.2, 0.1)] } });
  assert.not(isExplained(one));
  assert.is(wantedCalls(one).explain?.params.erasure?.marks.length, 1);
  const grown = reduce(one, { kind: 'erase', stroke: { id: 1, marks: [box(0.2, 0.1), box(0.3, 0.1)] } });
  const two = reduce(grown, { kind: 'erase', stroke: { id: 2, marks: [box(0.8, 0.1)] } });
  assert.is(new Set([one, grown, two].map((each) => wantedCalls(each).explain?.key)).size, 3);
  assert.is(two.erasing.before, state.explained?.result ?? null);
  const undone = reduce(two, { kind: 'undo-erasing' });
  assert.is(wantedCalls(undone).explain?.key, wantedCalls(grown).explain?.key);
  const clear = reduce(two, { kind: 'clear-erasing' });
  assert.ok(isExplained(clear), 'what was explained before it is there');
  assert.is(clear.erasing.before, null);
});

test('the tool alone changes nothing, another fill does, another input is whole', () => {
  const state = reduce(explainedState(), { kind: 'toggle-channel', channel: 1 });
  const held = reduce(state, { kind: 'choose-eraser', eraser: { isActive: true, fill: 'blur' } });
  assert.ok(isExplained(held));
  assert.equal(held.channels.off, [1]);
  const erased = reduce(held, { kind: 'erase', stroke: { id: 3, marks: [box(0.5, 0.5)] } });
  const other = reduce(erased, { kind: 'choose-eraser', eraser: { fill: 'zero' } });
  assert.is.not(wantedCalls(other).explain?.key, wantedCalls(erased).explain?.key);
  const next = reduce(other, { kind: 'choose-input', input: sampleOf('mnist1d', 9) });
  assert.is(erasureOf(next.erasing), null);
  assert.ok(next.erasing.isActive, 'the tool stays in the hand');
});

test('what was cancelled is not erased', () => {
  const state = explainedState();
  const erased = reduce(state, { kind: 'erase', stroke: { id: 4, marks: [box(0.5, 0.5)] } });
  const cancelled = reduce(erased, { kind: 'cancel-job', slot: 'explain' });
  assert.ok(isExplained(cancelled));
  assert.equal(cancelled.erasing.strokes, []);
});

test.run();
