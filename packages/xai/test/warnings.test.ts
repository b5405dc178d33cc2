import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explanationWarnings } from '../src/explanation/warnings.ts';

const test = suite('warnings of an explanation');

const of = (classScore: number, weights: readonly number[] | null, values: readonly number[]): string =>
  explanationWarnings(
    {
      classScore,
      weights: weights && Float32Array.from(weights),
      mapSigned: { shape: [values.length], data: Float32Array.from(values) },
    },
    { method: 'ablation-cam', weighting: 'relative-drop', score: 'probability', scoreFunction: 'softmax' },
  ).join(' ');

test('are told in words of their own: who reads them on a page has no options or fields', () => {
  const told = {
    'a score of 0': of(0, [0, 0], [0, 0]),
    'a saturated score': of(1, [0.1, 0], [1, 2]),
    'a map that is outweighed': of(0.5, [0.1, 0], [-1, -2]),
    'no channel that counts': of(0.5, [-0.1, 0], [-1, -2]),
    'no weights': of(0.5, null, [-1, -2]),
  };
  for (const [what, warnings] of Object.entries(told)) {
    assert.ok(warnings.length > 0, what);
    assert.not.match(warnings, /\b[a-z]+[A-Z]|'/, what);
  }
  assert.is(of(0.5, [0.1, 0], [1, 2]), '');
});

test.run();
