import { hostileNames } from '@ablation-cam/tools/testing';
import { methodNames } from '@ablation-cam/xai';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkOf, stateOfLink } from '../src/state/link.ts';
import { reduce } from '../src/state/reducer.ts';
import { initialState, sampleOf } from '../src/state/state.ts';

const test = suite('links');
const BOTH = ['textures', 'mnist1d'] as const;

test('a link restores what is shown', () => {
  const state = {
    ...initialState('mnist1d'),
    input: sampleOf('mnist1d', 17),
    settings: { output: null, layer: 'conv1d', ablation: 'zero-kernel', score: 'logit', weighting: 'slope' },
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
