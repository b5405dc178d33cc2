import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Action } from '../src/state/actions.ts';
import { reduce } from '../src/state/reducer.ts';
import {
  isShown,
  jobOf,
  listedClasses,
  maskedOf,
  openJob,
  shownAttribution,
  shownMap,
  shownView,
} from '../src/state/selectors.ts';
import { initialState, sampleOf, type ViewerState } from '../src/state/state.ts';
import { isExplained, wantedCalls } from '../src/state/wanted-calls.ts';
import { explainedState, explanation } from './support/answers.ts';

const test = suite('the state of the viewer');

const after = (state: ViewerState, ...actions: Action[]): ViewerState => actions.reduce(reduce, state);
const ownModel = { kind: 'files', id: 'own 1/net.h5', name: 'net.h5', files: [] } as const;
const broken = { kind: 'file', id: 'own 2/x.png', name: 'x.png', file: new File([], 'x.png') } as const;
const answer = (state: ViewerState, key: string): ViewerState => {
  const map = { shape: [2], data: Float32Array.of(0, 1) };
  const run = { ...explanation().run, method: 'grad-cam', settings: null } as const;
  const result = { run, map: { weights: null, map, mapSigned: map, warnings: [] } };
  return reduce(state, { kind: 'answered', slot: 'attribute', key, result });
};
const masked = (channels: readonly number[]) => ({
  channels,
  probabilities: Float32Array.of(0.5, 0.3, 0.2),
  logits: Float32Array.of(1, 0.5, 0),
});

test('at first a sample is to be explained and nothing else but its gallery', () => {
  const wanted = wantedCalls(initialState('mnist1d'));
  assert.ok(wanted.describe && wanted.explain && wanted.gallery);
  assert.is(wanted.features, null);
  assert.is(wanted.mask, null);
  assert.is(wanted.race, null);
});

test('an answer shows the predicted class', () => {
  const state = explainedState();
  assert.ok(isExplained(state));
  assert.is(shownMap(state)?.classIndex, 1);
});

test('another class is shown without asking the worker for anything', () => {
  const state = explainedState();
  const next = reduce(state, { kind: 'change-display', display: { classIndex: 2 } });
  assert.is(shownMap(next)?.classIndex, 2);
  assert.equal(wantedCalls(next), wantedCalls(state));
});

test('another layer, method or sample asks for another explanation', () => {
  const state = explainedState();
  const actions: Action[] = [
    { kind: 'change-settings', settings: { layer: 'conv1d' } },
    { kind: 'change-settings', settings: { score: 'logit' } },
    { kind: 'change-settings', settings: { output: 'other' } },
    { kind: 'choose-input', input: sampleOf('mnist1d', 5) },
  ];
  const keys = [state, ...actions.map((action) => reduce(state, action))].map(
    (each) => wantedCalls(each).explain?.key,
  );
  assert.is(new Set(keys).size, 5);
});

test('scores without each channel are asked for where they are shown, and then once more', () => {
  const live = reduce(initialState('mnist1d'), { kind: 'open-panel', panel: 'live' });
  const wanted = wantedCalls(live).explain;
  assert.is(wanted?.params.ablatedScores, false);
  const without = { ...explanation(), ablatedScores: null };
  const key = wanted?.key ?? '';
  const explained = reduce(live, { kind: 'answered', slot: 'explain', key, result: without });
  assert.is(wantedCalls(explained).explain, null);
  const channels = reduce(explained, { kind: 'open-panel', panel: 'channels' });
  assert.ok(isExplained(channels), 'what is shown already stays');
  assert.is(wantedCalls(channels).explain?.params.ablatedScores, true);
  const complete = explainedState(channels);
  assert.is(wantedCalls(complete).explain, null);
  assert.is(wantedCalls(reduce(complete, { kind: 'open-panel', panel: 'live' })).explain, null);
});

test('an answer that came too late is left out', () => {
  const state = initialState('mnist1d');
  const late = wantedCalls(state).explain?.key ?? '';
  const next = after(
    state,
    { kind: 'choose-input', input: sampleOf('mnist1d', 3) },
    { kind: 'answered', slot: 'explain', key: late, result: explanation() },
  );
  assert.is(next.explained, null);
});

test('channels that are off ask for one prediction without all of them', () => {
  const off = after(
    explainedState(),
    { kind: 'toggle-channel', channel: 1 },
    { kind: 'toggle-channel', channel: 0 },
  );
  assert.equal(wantedCalls(off).mask?.params.channels, [0, 1]);
  const key = wantedCalls(off).mask?.key ?? '';
  const answered = reduce(off, { kind: 'answered', slot: 'mask', key, result: masked([0, 1]) });
  assert.equal(
    listedClasses(answered).map(({ maskedScore }) => maskedScore),
    [...Float32Array.of(0.5, 0.3, 0.2)],
  );
  assert.is(maskedOf(reduce(answered, { kind: 'restore-channels' })), null);
});

test('while one more channel goes off the prediction before stays, and goes with the sample', () => {
  const off = reduce(explainedState(), { kind: 'toggle-channel', channel: 0 });
  const key = wantedCalls(off).mask?.key ?? '';
  const answered = reduce(off, { kind: 'answered', slot: 'mask', key, result: masked([0]) });
  assert.ok(maskedOf(reduce(answered, { kind: 'toggle-channel', channel: 1 })));
  const elsewhere = reduce(answered, { kind: 'choose-input', input: sampleOf('mnist1d', 8) });
  assert.is(maskedOf(elsewhere), null);
  assert.equal(elsewhere.channels.off, []);
});

test('a file that is not what it says leads back to what was shown, with a sentence', () => {
  const state = explainedState();
  const wrong = reduce(state, { kind: 'choose-input', input: broken });
  const key = wantedCalls(wrong).explain?.key ?? '';
  const next = reduce(wrong, { kind: 'failed', slot: 'explain', key, message: 'x.png is empty.' });
  assert.is(next.problem?.message, 'x.png is empty.');
  assert.is(next.input?.id, 'mnist1d:0');
  assert.ok(isExplained(next));
});

test('a model of the user waits for an input, and is what a wrong input leads back to', () => {
  const chosen = reduce(explainedState(), { kind: 'choose-model', model: ownModel, input: null });
  assert.is(wantedCalls(chosen).explain, null);
  const described = reduce(chosen, {
    kind: 'answered',
    slot: 'describe',
    key: ownModel.id,
    result: explanation().model,
  });
  assert.is(described.explained, null);
  const wrong = reduce(described, { kind: 'choose-input', input: broken });
  const key = wantedCalls(wrong).explain?.key ?? '';
  const next = reduce(wrong, { kind: 'failed', slot: 'explain', key, message: 'no' });
  assert.is(next.model.id, ownModel.id);
  assert.is(next.input, null);
});

test('a model that cannot be opened leads back to the one before', () => {
  const chosen = reduce(explainedState(), { kind: 'choose-model', model: ownModel, input: null });
  const next = reduce(chosen, { kind: 'failed', slot: 'describe', key: ownModel.id, message: 'broken' });
  assert.is(next.model.id, 'mnist1d');
  assert.ok(isExplained(next));
});

test('another method is asked for, and its map is shown when it is there', () => {
  const state = reduce(explainedState(), { kind: 'change-display', display: { method: 'grad-cam' } });
  const wanted = wantedCalls(state).attribute;
  assert.equal(
    [wanted?.params.method, wanted?.params.classIndex, wanted?.params.contrast],
    ['grad-cam', 1, null],
  );
  assert.is(shownAttribution(state), null);
  const next = answer(state, wanted?.key ?? '');
  assert.is(shownAttribution(next)?.run.method, 'grad-cam');
  const other = reduce(next, { kind: 'change-display', display: { classIndex: 0 } });
  assert.is(shownAttribution(other), null);
  const back = reduce(next, { kind: 'change-display', display: { method: 'ablation-cam' } });
  assert.is(wantedCalls(back).attribute, null);
  assert.is(shownAttribution(back)?.classIndex, 1);
});

test('a class is not held against itself', () => {
  const state = reduce(explainedState(), { kind: 'change-display', display: { contrast: 1 } });
  assert.is(wantedCalls(state).attribute, null);
  const other = reduce(state, { kind: 'change-display', display: { classIndex: 2 } });
  assert.is(wantedCalls(other).attribute?.params.contrast, 1);
});

test('a method that fails gives way to Ablation-CAM, with a sentence', () => {
  const state = reduce(explainedState(), { kind: 'change-display', display: { method: 'grad-cam' } });
  const key = wantedCalls(state).attribute?.key ?? '';
  const next = reduce(state, { kind: 'failed', slot: 'attribute', key, message: 'no gradient' });
  assert.is(shownAttribution(next)?.run.method, 'ablation-cam');
  assert.is(next.problem?.message, 'no gradient');
});

test('methods are compared only while their panel is open', () => {
  const state = explainedState();
  assert.is(wantedCalls(state).metrics, null);
  const open = reduce(state, { kind: 'open-panel', panel: 'methods' });
  const wanted = wantedCalls(open).metrics;
  assert.is(wanted?.params.fraction, 0.3);
  const key = wanted?.key ?? '';
  const half = after(
    open,
    { kind: 'started', slot: 'metrics', key, at: 7 },
    { kind: 'progressed', slot: 'metrics', key, done: 0.5 },
  );
  assert.equal(jobOf(half, 'metrics'), { slot: 'metrics', key, since: 7, done: 0.5 });
  const more = reduce(half, { kind: 'choose-fraction', fraction: 0.9 });
  assert.is.not(wantedCalls(more).metrics?.key, wanted?.key);
  assert.is(jobOf(more, 'metrics'), null, 'what is no longer wanted is no job');
});

test('a race runs, is cancelled, and runs anew', () => {
  const running = reduce(explainedState(), { kind: 'start-race' });
  const first = wantedCalls(running).race?.key ?? '';
  const cancelled = reduce(running, { kind: 'cancel-job', slot: 'race' });
  assert.is(wantedCalls(cancelled).race, null);
  const again = reduce(cancelled, { kind: 'start-race' });
  assert.is.not(wantedCalls(again).race?.key, first);
});

const started = (state: ViewerState, slot: 'explain' | 'attribute', at: number): ViewerState =>
  reduce(state, { kind: 'started', slot, key: wantedCalls(state)[slot]?.key ?? '', at });

test('what has been waited for longest is the job that is shown', () => {
  const state = started(initialState('mnist1d'), 'explain', 5);
  const key = wantedCalls(state).describe?.key ?? '';
  assert.is(openJob(state)?.slot, 'explain');
  const both = reduce(state, { kind: 'started', slot: 'describe', key, at: 4 });
  assert.is(openJob(both)?.slot, 'describe');
  const explained = explainedState();
  assert.is(openJob(explained), null);
  assert.is(openJob(explainedState(state)), null, 'an answer ends its job');
});

test('an explanation that is cancelled leads back to the one before, or to none', () => {
  const state = explainedState();
  const other = reduce(state, { kind: 'change-settings', settings: { layer: 'slow' } });
  const back = reduce(started(other, 'explain', 1), { kind: 'cancel-job', slot: 'explain' });
  assert.ok(isExplained(back));
  assert.match(back.notice ?? '', /explained before/);
  const first = reduce(initialState('mnist1d'), { kind: 'cancel-job', slot: 'explain' });
  assert.is(wantedCalls(first).explain, null);
  assert.match(first.notice ?? '', /Choose a sample/);
});

test('a first explanation that fails is tried with less', () => {
  const linked = reduce(initialState('mnist1d'), { kind: 'change-settings', settings: { layer: 'nope' } });
  const failure = (state: ViewerState): Action => {
    const key = wantedCalls(state).explain?.key ?? '';
    return { kind: 'failed', slot: 'explain', key, message: 'There is no layer "nope".' };
  };
  const plain = reduce(linked, failure(linked));
  assert.is(wantedCalls(plain).explain?.params.settings.layer, null);
  assert.match(plain.problem?.message ?? '', /nope/);
  const none = reduce(plain, failure(plain));
  assert.is(wantedCalls(none).explain, null);
});

test('another method that is cancelled leaves the map that came with the explanation', () => {
  const state = reduce(explainedState(), { kind: 'change-display', display: { method: 'score-cam' } });
  const back = reduce(started(state, 'attribute', 1), { kind: 'cancel-job', slot: 'attribute' });
  assert.is(wantedCalls(back).attribute, null);
  assert.is(shownAttribution(back)?.run.method, 'ablation-cam');
});

test('live pictures keep the last map of the method that was chosen, with its picture', () => {
  const frame = (id: string): Action => ({
    kind: 'choose-input',
    input: { kind: 'frame', id, name: 'live picture', pixels: {} as ImageData },
  });
  const first = explainedState(
    after(explainedState(), { kind: 'change-display', display: { method: 'grad-cam' } }, frame('frame 1')),
  );
  assert.not(shownView(first)?.isCurrent, 'no map of this method is there yet');
  const mapped = answer(first, wantedCalls(first).attribute?.key ?? '');
  assert.ok(isShown(mapped));
  const next = explainedState(reduce(mapped, frame('frame 2')));
  assert.not(isShown(next), 'the next picture waits for the map of this one');
  const view = shownView(next);
  assert.is(view?.attribution?.run.method, 'grad-cam');
  assert.is(view?.explained, mapped.explained?.result);
  assert.is.not(view?.explained, next.explained?.result);
});

test('a race ends when its request changes', () => {
  const running = reduce(explainedState(), { kind: 'start-race' });
  const next = reduce(running, { kind: 'choose-input', input: sampleOf('mnist1d', 2) });
  assert.is(next.race.status, 'cancelled');
});

test('a lost device makes everything on it wanted again and keeps the view', () => {
  const state = reduce(explainedState(), { kind: 'change-display', display: { classIndex: 2 } });
  const lost = reduce(state, { kind: 'lose-device' });
  assert.not(isExplained(lost));
  assert.is.not(wantedCalls(lost).explain?.key, wantedCalls(state).explain?.key);
  assert.is(shownMap(explainedState(lost))?.classIndex, 2);
  assert.match(lost.notice ?? '', 'device was lost');
});

test('a class stays shown from frame to frame of a video', () => {
  const frame = (id: string): Action => ({
    kind: 'choose-input',
    input: { kind: 'frame', id, name: 'live', pixels: null as unknown as ImageData },
  });
  const watched = after(
    explainedState(),
    { kind: 'change-display', display: { classIndex: 0 } },
    frame('f1'),
  );
  assert.is(shownMap(explainedState(watched))?.classIndex, 0);
});

test('an earlier input that a new network does not take never blocks it', () => {
  const first = explainedState(
    after(initialState('mnist1d'), { kind: 'choose-model', model: ownModel, input: broken }),
  );
  const model = { ...ownModel, id: 'own 3/other.h5' };
  const chosen = reduce(first, { kind: 'choose-model', model, input: broken });
  const { describe, explain } = wantedCalls(chosen);
  const opened = reduce(chosen, {
    kind: 'answered',
    slot: 'describe',
    key: describe?.key ?? '',
    result: explanation().model,
  });
  const failed = reduce(opened, { kind: 'failed', slot: 'explain', key: explain?.key ?? '', message: 'No.' });
  assert.equal([failed.model.id, failed.input, failed.problem], [model.id, null, null]);
  assert.match(failed.notice ?? '', 'waits for another input');
  const again = reduce(failed, { kind: 'choose-model', model: ownModel, input: null });
  assert.is(again.input?.id, broken.id, 'the first network has its input again');
});

test('a network that came with an input of another size waits for one that it takes', () => {
  const chosen = reduce(explainedState(), { kind: 'choose-model', model: ownModel, input: broken });
  const { describe, explain } = wantedCalls(chosen);
  const opened = reduce(chosen, {
    kind: 'answered',
    slot: 'describe',
    key: describe?.key ?? '',
    result: explanation().model,
  });
  const failure = { kind: 'failed', slot: 'explain', key: explain?.key ?? '', message: 'No.' } as const;
  const failed = reduce(opened, { ...failure, isOfInput: true });
  assert.equal([failed.model.id, failed.input, failed.notice], [ownModel.id, null, null]);
  assert.is(failed.problem?.message, 'No.');
  // One that fails by itself, for want of memory, gives way to what worked.
  const left = reduce(opened, failure);
  assert.equal([left.model.id, left.problem?.message], ['mnist1d', 'No.']);
});

test.run();
