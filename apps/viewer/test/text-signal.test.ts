import { decodeNpy } from '@ablation-cam/model';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { signalFromText } from '../src/state/text-signal.ts';

const test = suite('signals in text');

function read(text: string, shape: readonly (number | null)[]): unknown {
  const file = signalFromText(text, shape);
  if (!file) return null;
  const { shape: found, data } = decodeNpy(file);
  return [found, ...data];
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
  assert.is(read('1,7\n1,-2\n0,7', [3, 1]), null);
});

test('class names and signals of other sizes are none', () => {
  assert.is(read('cat\ndog\n', [2, 1]), null);
  assert.is(read('0\n1\n2\n3\n', [40, 1]), null);
  assert.is(read('0,cat\n1,dog', [2, 1]), null);
  assert.is(read('1,2\n3', [2, 1]), null);
  assert.is(read('', [null, 1]), null);
});

test.run();
