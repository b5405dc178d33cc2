import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sortFiles } from '../src/state/sort-files.ts';
import { initialState, type ViewerState } from '../src/state/state.ts';
import { teachableName } from '../src/state/teachable-name.ts';

const test = suite('files that were dropped');
const state = initialState('mnist1d');
const kinds = (...names: string[]): string[] =>
  sortFiles(
    state,
    names.map((name) => new File([], name)),
    'own 1',
  ).actions.map(({ kind }) => kind);

test('a model, an input and class names are told apart by their names', () => {
  assert.equal(kinds('net.h5'), ['choose-model']);
  assert.equal(kinds('model.json', 'weights.bin'), ['choose-model']);
  assert.equal(kinds('model.json', 'group1-shard1of2', 'group1-shard2of2'), ['choose-model']);
  assert.equal(kinds('cat.PNG'), ['choose-input']);
  assert.equal(kinds('names.txt'), ['choose-labels']);
  assert.equal(kinds('x.npy', 'net.h5', 'names.txt'), ['choose-model', 'choose-labels']);
});

test('a model of several files is opened by its network, in whatever order they come', () => {
  const orders = [
    ['metadata.json', 'weights.bin', 'model.json'],
    ['model.json', 'metadata.json', 'weights.bin'],
    ['weights.bin', 'model.json', 'metadata.json'],
  ];
  for (const names of orders) {
    const files = names.map((name) => new File([], name));
    const [only, ...others] = sortFiles(state, files, 'own 1').actions;
    assert.equal(others, []);
    assert.ok(only?.kind === 'choose-model' && only.model.kind === 'files');
    assert.is(only.model.name, 'model.json');
    assert.equal(
      only.model.files.map(({ name }) => name),
      names,
    );
  }
  const [first] = sortFiles(
    state,
    ['config.json', 'preprocessor_config.json', 'model.onnx_data', 'model.onnx'].map(
      (name) => new File([], name),
    ),
    'own 1',
  ).actions;
  assert.is(first?.kind === 'choose-model' ? first.model.name : '', 'model.onnx');
});

test('JSON with class names is no model', () => {
  assert.equal(kinds('labels.json'), ['choose-labels']);
  assert.equal(kinds('metadata.json'), ['choose-labels']);
  assert.equal(kinds('net.keras', 'class_indices.json'), ['choose-model', 'choose-labels']);
});

test('an input that comes with a model is explained by it', () => {
  const files = [new File([], 'net.h5'), new File([], 'x.npy')];
  const [first] = sortFiles(state, files, 'own 1').actions;
  assert.is(first?.kind === 'choose-model' ? first.input?.name : '', 'x.npy');
});

test('a built-in sample is no input of another model', () => {
  const [first] = sortFiles(state, [new File([], 'net.h5')], 'own 1').actions;
  assert.is(first?.kind === 'choose-model' ? first.input : undefined, null);
});

test('several inputs become a wall that knows their folders, and the first is opened', () => {
  const files = ['a.png', 'b.png', 'notes.doc'].map((name) => new File([], name));
  const folders = new Map(files.map((file, index) => [file, index === 0 ? 'cats' : 'dogs']));
  const { actions } = sortFiles(state, files, 'own 1', folders);
  const [first, wall] = actions;
  assert.ok(first?.kind === 'choose-input' && wall?.kind === 'open-wall');
  assert.is(first.input.name, 'a.png');
  assert.equal(
    wall.items.map(({ input, folder }) => [input.name, folder]),
    [
      ['a.png', 'cats'],
      ['b.png', 'dogs'],
    ],
  );
  assert.is(new Set(wall.items.map(({ input }) => input.id)).size, 2);
});

test('what cannot be meant is answered with what to do', () => {
  const problem = (...names: string[]): string | null =>
    sortFiles(
      state,
      names.map((name) => new File([], name)),
      'own 1',
    ).problem;
  assert.match(problem() ?? '', 'Drop files');
  assert.match(problem('read.me', 'too.late') ?? '', 'None of read.me, too.late is an input');
  assert.match(problem('tm-my-image-model.zip') ?? '', 'Unpack it');
  assert.match(problem('film.MP4') ?? '', 'in the tab Live');
  assert.match(problem('weights.bin') ?? '', 'Give the model.json');
  assert.match(problem('group1-shard1of1') ?? '', 'Give the model.json');
  assert.match(problem('metadata.json', 'weights.bin') ?? '', 'weights.bin holds weights alone');
});

test('networks whose files are named for nothing are told apart by their folders, or numbered', () => {
  const file = new File(['{}'], 'model.json');
  const nameOf = (state: ViewerState, folders?: ReadonlyMap<File, string>): string => {
    const [action] = sortFiles(state, [file], 'own', folders).actions;
    return action?.kind === 'choose-model' ? action.model.name : '';
  };
  const state = initialState('mnist1d');
  assert.is(nameOf(state, new Map([[file, 'mobilenet']])), 'mobilenet');
  const names = ['model.json'];
  for (let i = 0; i < 2; i++) {
    const models = names.map((name) => ({ kind: 'files' as const, id: name, name, files: [] }));
    names.push(nameOf({ ...state, shelf: { ...state.shelf, models } }));
  }
  assert.equal(names, ['model.json', 'model.json (2)', 'model.json (3)']);
});

test('texts of numbers are inputs, with a network or without, but for numbers beside pictures', () => {
  const sorted = (signals: readonly string[], ...names: string[]): unknown => {
    const files = names.map((name) => new File([], name));
    const contents = {
      signals: new Set(files.filter(({ name }) => signals.includes(name))),
      networkName: null,
    };
    return sortFiles(state, files, 'own 1', undefined, contents).actions.map((action) =>
      action.kind === 'choose-model' ? ['choose-model', action.input?.name] : action.kind,
    );
  };
  assert.equal(sorted(['beat.csv'], 'beat.csv'), ['choose-input']);
  assert.equal(sorted(['beat.csv'], 'names.txt', 'beat.csv', 'net.h5'), [
    ['choose-model', 'beat.csv'],
    'choose-labels',
  ]);
  assert.equal(sorted(['a.csv', 'b.csv'], 'a.csv', 'b.csv'), ['choose-input', 'open-wall']);
  assert.equal(sorted(['sizes.csv'], 'a.png', 'b.png', 'sizes.csv'), ['choose-input', 'open-wall']);
});

test('a network of Teachable Machine has the name of its folder, its own, or that of the program', () => {
  const named = (modelName: string | undefined, folder?: string): string => {
    const files = ['model.json', 'metadata.json'].map((name) => new File([], name));
    const folders = new Map(files.flatMap((file) => (folder === undefined ? [] : [[file, folder] as const])));
    const networkName = teachableName(JSON.stringify({ tmVersion: '2.4.7', modelName }));
    const contents = { signals: new Set<File>(), networkName };
    const [first] = sortFiles(state, files, 'own 1', folders, contents).actions;
    return first?.kind === 'choose-model' ? first.model.name : '';
  };
  assert.is(named('birds'), 'birds');
  assert.is(named('birds', 'garden'), 'garden');
  assert.is(named('tm-my-image-model'), 'Teachable Machine');
  assert.is(named('tm-my-image-model', 'tm-my-image-model'), 'Teachable Machine');
  assert.is(named(undefined), 'Teachable Machine');
  for (const other of ['{"labels":["a"]}', 'null', '[1', '"tmVersion"'])
    assert.is(teachableName(other), null);
});

test.run();
