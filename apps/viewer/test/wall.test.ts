import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WallAnswer } from '../src/protocol/descriptions.ts';
import type { Action } from '../src/state/actions.ts';
import { reduce } from '../src/state/reducer.ts';
import { openJob } from '../src/state/selectors.ts';
import type { ViewerState } from '../src/state/state.ts';
import { folderLabels, MOST_ON_WALL, tilesOf, type WallItem } from '../src/state/wall.ts';
import { wantedCalls } from '../src/state/wanted-calls.ts';
import { explainedState } from './support/answers.ts';

const test = suite('the wall of the viewer');

const item = (name: string, folder: string | null = null): WallItem => ({
  input: { kind: 'file', id: name, name, file: new File([], name) },
  folder,
});
const said = (id: string, predicted: number, confidence = 0.5): WallAnswer => ({
  kind: 'explained',
  shape: [2, 1],
  id,
  predicted,
  confidence,
  picture: { image: null, signal: new Float32Array(4) },
  map: { shape: [2], data: new Float32Array(2) },
});
const after = (state: ViewerState, ...actions: Action[]): ViewerState => actions.reduce(reduce, state);
const answered = (state: ViewerState, ...result: WallAnswer[]): ViewerState =>
  reduce(state, { kind: 'answered', slot: 'wall', key: wantedCalls(state).wall?.key ?? '', result });
const names = Array.from({ length: 20 }, (_, i) => `${i}.png`);
const opened = reduce(explainedState(), {
  kind: 'open-wall',
  id: 'w',
  items: names.map((name) => item(name)),
});

test('inputs are asked for a few at a time, and what was not answered is asked for again', () => {
  const ids = (state: ViewerState): readonly string[] =>
    wantedCalls(state).wall?.params.inputs.map(({ id }) => id) ?? [];
  assert.equal(ids(opened), names.slice(0, 8));
  const some = answered(opened, said('0.png', 1), said('1.png', 2));
  assert.equal(ids(some), names.slice(2, 10));
  const all = answered(some, ...names.slice(2).map((name) => said(name, 0)));
  assert.is(wantedCalls(all).wall, null);
});

test('another layer asks for everything anew', () => {
  const some = answered(opened, said('0.png', 1));
  const other = reduce(some, { kind: 'change-settings', settings: { layer: 'conv1d' } });
  assert.equal(wantedCalls(other).wall?.params.inputs[0]?.id, '0.png');
  assert.equal([...(answered(other, said('0.png', 2)).wall?.answers.keys() ?? [])], ['0.png']);
});

test('it is one job with its progress, which can be cancelled and resumed', () => {
  const key = wantedCalls(opened).wall?.key ?? '';
  const begun = answered(reduce(opened, { kind: 'started', slot: 'wall', key, at: 7 }), said('0.png', 1));
  assert.equal(openJob(begun), { slot: 'wall', key: 'w', since: 7, done: 1 / 20 });
  const cancelled = reduce(begun, { kind: 'cancel-job', slot: 'wall' });
  assert.is(wantedCalls(cancelled).wall, null);
  assert.is(openJob(cancelled), null);
  assert.is(cancelled.wall?.answers.size, 1);
  assert.is(wantedCalls(reduce(cancelled, { kind: 'resume-wall' })).wall?.params.inputs[0]?.id, '1.png');
  assert.is(after(cancelled, { kind: 'close-wall' }).wall, null);
});

test('more than it takes are left out, and that is said', () => {
  const items = Array.from({ length: MOST_ON_WALL + 1 }, (_, i) => item(`${i}.png`));
  const state = reduce(explainedState(), { kind: 'open-wall', id: 'w', items });
  assert.is(state.wall?.items.length, MOST_ON_WALL);
  assert.match(state.notice ?? '', 'the first 200 of 201 inputs');
  const few = reduce(explainedState(), { kind: 'open-wall', id: 'w', items: items.slice(0, 60) });
  assert.match(few.notice ?? '', '60 inputs: a wall of their maps is further down');
});

test('folders are classes by their names, or by their order where there are as many', () => {
  const items = ['01_Tumor', 'complex-stroma', 'other'].map((folder) => item(folder, folder));
  const byName = folderLabels(items, ['tumor', 'Complex Stroma'], 2);
  assert.equal(
    [...byName.classes],
    [
      ['01_Tumor', 0],
      ['complex-stroma', 1],
    ],
  );
  const byOrder = folderLabels(items, ['a', 'b', 'c'], 3);
  assert.equal([byOrder.by, [...byOrder.classes.values()]], ['order', [0, 1, 2]]);
  assert.is(folderLabels(items, null, 2).by, null);
});

test('errors come first, the surest in front, and one class can be shown alone', () => {
  const items = [item('a', 'x'), item('b', 'x'), item('c', 'y'), item('d')];
  const answers = [said('a', 0), said('b', 1, 0.6), said('c', 0, 0.9), said('d', 1)];
  const { wall } = answered(reduce(explainedState(), { kind: 'open-wall', id: 'w', items }), ...answers);
  assert.ok(wall);
  const labels = new Map([
    ['x', 0],
    ['y', 1],
  ]);
  const order = (only: number | null): readonly string[] =>
    tilesOf({ ...wall, only }, labels).map((tile) => tile.item.input.id);
  assert.equal(order(null), ['c', 'b', 'a', 'd']);
  assert.equal(order(1), ['b', 'd']);
});

test.run();
