import { hostileNames } from '@ablation-cam/tools/testing';
import { methodNames } from '@ablation-cam/xai';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { erasureOf, noErasing } from '../src/state/erasing.ts';
import { linkLoss, linkOf, openedLink, stateOfLink } from '../src/state/link.ts';
import { reduce } from '../src/state/reducer.ts';
import { initialState, sampleOf } from '../src/state/state.ts';

import { explainedState } from './support/answers.ts';

const test = suite('links');
const BOTH = ['textures', 'mnist1d'] as const;

test('a link restores what is shown', () => {
  const state = {
    ...initialState('mnist1d'),
    input: sampleOf('mnist1d', 17),
    settings: {
      output: null,
      layer: 'conv1d',
      ablation: 'zero-kernel',
      score: 'logit',
      weighting: 'slope',
      strategy: 'naive',
      executor: 'tfjs',
    },
    isExpert: true,
    display: {
      classIndex: 3,
      contrast: 5,
      method: 'grad-cam',
      opacity: 0.4,
      colorMap: 'inferno',
      resolution: 'raw',
      outline: false,
      arrangement: 'swipe',
      sides: 'both',
      threshold: 0.25,
      contour: true,
      large: true,
    },
    panel: 'race',
    channels: { order: 'index', focused: 4, off: [2, 9] },
    galleryFirst: 15,
    fraction: 0.5,
    blank: 'zero',
  } as const;
  assert.equal(stateOfLink(`#${linkOf(state) ?? ''}`, BOTH), state);
});

const strokes = [
  {
    id: 1,
    marks: [0.1, 0.15, 0.2].map((x) => ({ form: 'disc' as const, x, y: 0.5, width: 0.2, height: 0.1 })),
  },
  { id: 2, marks: [{ form: 'box' as const, x: 0.75, y: 0.25, width: 0.125, height: 0.5 }] },
];
const erased = { ...noErasing, fill: 'blur' as const, strokes };

test('a link holds what is erased, and always the same for the same', () => {
  const state = { ...initialState('textures'), erasing: erased };
  const opened = stateOfLink(`#${linkOf(state) ?? ''}`, BOTH);
  assert.equal(erasureOf(opened.erasing)?.marks, erasureOf(erased)?.marks);
  assert.is(opened.erasing.fill, 'blur');
  assert.is(linkOf(opened), linkOf(state));
  assert.is(linkLoss(state), null);
  // Other strokes have other numbers, by which the worker tells them apart.
  const other = stateOfLink('#erased=mean~d.1.1.1.1', BOTH);
  assert.is.not(other.erasing.strokes[0]?.id, opened.erasing.strokes[0]?.id);
  for (const text of [
    'mean',
    'mud~d.1.1.1.1',
    'mean~x.1.1.1.1',
    'mean~d.0.1.1.1',
    'mean~d.1.1.-1.1',
    'mean~d.1.1',
  ])
    assert.equal(stateOfLink(`#erased=${text}`, BOTH).erasing, noErasing, text);
});

test('what is too much for a link is said to be left out', () => {
  const marks = Array.from({ length: 400 }, (_, i) => ({ ...strokes[1]!.marks[0]!, x: i / 400 }));
  const state = { ...initialState('textures'), erasing: { ...erased, strokes: [{ id: 1, marks }] } };
  assert.equal(stateOfLink(`#${linkOf(state) ?? ''}`, BOTH).erasing, noErasing);
  assert.match(linkLoss(state) ?? '', /as it was before a part was erased/);
});

test('a link with an A leads to A first, which is then put aside for what the link shows', () => {
  const a = explainedState({ ...initialState('mnist1d'), input: sampleOf('mnist1d', 4), erasing: erased });
  const kept = reduce(a, { kind: 'pin-view' });
  const b = reduce(kept, { kind: 'choose-input', input: sampleOf('mnist1d', 17) });
  const link = linkOf(b) ?? '';
  assert.is(linkLoss(b), null);
  const opened = openedLink(`#${link}`, BOTH);
  assert.is(opened.input?.id, 'mnist1d:4');
  assert.equal(erasureOf(opened.erasing)?.marks, erasureOf(erased)?.marks);
  const after = explainedState(opened);
  assert.is(after.input?.id, 'mnist1d:17');
  assert.is(after.pinned?.about.input?.id, 'mnist1d:4');
  assert.is(linkOf(after), link);
  // What is there already need not be made anew.
  assert.is(openedLink(`#${link}`, BOTH, after).input?.id, 'mnist1d:17');
  // Whoever goes elsewhere meanwhile stays there.
  const elsewhere = explainedState(reduce(opened, { kind: 'choose-input', input: sampleOf('mnist1d', 5) }));
  assert.equal([elsewhere.input?.id, elsewhere.pinned], ['mnist1d:5', null]);
  const own = reduce(b, { kind: 'pin-view' });
  assert.is(own.pinned?.about.input?.id, 'mnist1d:4', 'nothing is put aside before it is there');
});

test('what has its default is not in the link', () => {
  assert.is(linkOf(initialState('mnist1d')), 'sample=mnist1d%3A0');
});

test('files of the user have no link', () => {
  const file = new File(['x'], 'x.npy');
  const state = reduce(initialState('mnist1d'), {
    kind: 'choose-input',
    input: { kind: 'file', id: 'own/x.npy', name: 'x.npy', file },
  });
  assert.is(linkOf(state), null);
});

test('a link without a page opens that of its sample, another page stays', () => {
  assert.is(stateOfLink('#sample=mnist1d:17', BOTH).galleryFirst, 15);
  assert.not.match(linkOf(stateOfLink('#sample=mnist1d:17', BOTH)) ?? '', /from/);
  const paged = reduce(stateOfLink('#sample=mnist1d:17', BOTH), { kind: 'page-gallery', first: 0 });
  const link = linkOf(paged) ?? '';
  assert.match(link, /from=0/);
  assert.is(stateOfLink(link, BOTH).galleryFirst, 0);
});

test('what makes no sense in a link has its default', () => {
  const link = '#sample=mnist1d:99999&class=-1&opacity=7&colors=plaid&panel=attic&off=a,2,2&score=&from=1e9';
  assert.equal(stateOfLink(link, BOTH), {
    ...initialState('textures'),
    channels: { order: 'weight', focused: null, off: [2] },
  });
});

test('a hostile link is data: it gives a state that the page knows, and its own link again', () => {
  const keys = [
    'sample',
    'class',
    'layer',
    'output',
    'score',
    'method',
    'colors',
    'panel',
    'off',
    '__proto__',
    'from',
  ];
  const known = Object.keys(initialState('mnist1d')).sort();
  const kinds = new Set(methodNames as readonly string[]);
  for (const [i, name] of hostileNames(200).entries()) {
    const pairs = keys.map(
      (key, k) => `${key}=${k === i % keys.length ? encodeURIComponent(wellFormed(name)) : ''}`,
    );
    for (const link of [`#${pairs.join('&')}`, `#${name}`]) {
      const state = stateOfLink(link, BOTH);
      assert.equal(Object.keys(state).sort(), known);
      assert.is(Object.getPrototypeOf(state), Object.prototype);
      assert.ok(kinds.has(state.display.method));
      assert.equal(stateOfLink(`#${linkOf(state) ?? ''}`, BOTH), state);
    }
  }
});

function wellFormed(name: string): string {
  return name.replace(/\p{Surrogate}/gu, '\ufffd');
}

test('without a link the first model there is comes up', () => {
  assert.equal(stateOfLink('', ['mnist1d']), initialState('mnist1d'));
});

test.run();
