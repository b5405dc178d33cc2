import { decodeNpy } from '@ablation-cam/model';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kindOfText, signalFromText } from '../src/state/text-signal.ts';

const test = suite('signals in text');

function read(text: string, shape: readonly (number | null)[]): unknown {
  const signal = signalFromText(text, shape);
  if (!signal) return null;
  const { shape: found, data } = decodeNpy(signal.npy);
  assert.equal([...found], [...signal.shape]);
  return signal.fits ? [found, ...data] : ['does not fit', found, ...data];
}

test('a sample a line, or all in one, is a signal of one channel', () => {
  const signal = [[3, 1], 0.5, -1, 2];
  assert.equal(read('0.5\n-1\r\n2\n', [3, 1]), signal);
  assert.equal(read('0.5, -1, 2', [3, 1]), signal);
  assert.equal(read('value\n0.5\n-1\n2', [null, 1]), signal);
});

test('columns are channels, or lines are, as fits', () => {
  const signal = [[3, 2], 1, 4, 2, 5, 3, 6];
  assert.equal(read('a;b\n1;4\n2;5\n3;6', [3, 2]), signal);
  assert.equal(read('1\t2\t3\n4\t5\t6', [3, 2]), signal);
});

test('a first column that grows may be the times', () => {
  assert.equal(read('time,value\n0,7\n0.5,-2\n1,7', [3, 1]), [[3, 1], 7, -2, 7]);
  assert.equal(read('1,7\n1,-2\n0,7', [3, 1]), ['does not fit', [3, 2], 1, 7, 1, -2, 0, 7]);
});

test('decimal commas and quotes are those of tables', () => {
  assert.equal(read('t;u\n0,5;-1\n1,5;2', [2, 2]), [[2, 2], 0.5, -1, 1.5, 2]);
  assert.equal(read('"0.5"\n"-1"', [2, 1]), [[2, 1], 0.5, -1]);
});

test('numbers that do not fit come as they are, for the network to say what it takes; names are none', () => {
  assert.equal(read('0\n1\n2\n3\n', [40, 1]), ['does not fit', [4, 1], 0, 1, 2, 3]);
  for (const text of ['cat\ndog\n', '0,cat\n1,dog', '1,2\n3', '', 'value\n'])
    assert.is(read(text, [2, 1]), null);
});

test('a column or a row of numbers is a signal, and what is written is names', () => {
  const kinds = (...texts: string[]): string[] => texts.map((text) => kindOfText(text, null));
  assert.equal(kinds('0.5\n-1\n2', 'value\n0.5\n-1', '1,5,2', 'a,b\n1,2\n3,4'), Array(4).fill('signal'));
  assert.equal(kinds('cat\ndog', 'index,name\n0,cat\n1,dog', '1,2\n3', '', '  \n'), Array(5).fill('names'));
});

test('classes that are called 0 to 9 are names, unless that is a signal of the network', () => {
  const digits = Array.from({ length: 10 }, (_, i) => i).join('\n');
  assert.is(kindOfText(digits, null), 'names');
  assert.is(kindOfText(digits, [40, 1]), 'names');
  assert.is(kindOfText(digits, [64, 64, 3]), 'names');
  assert.is(kindOfText(digits, [10, 1]), 'signal');
});

test.run();
