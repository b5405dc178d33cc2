import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  duration,
  inputText,
  large,
  kilobytes,
  megabytes,
  percent,
  probability,
  timeLeft,
} from '../src/views/format.ts';
import { wholePercent } from '../src/state/whole-percent.ts';

const test = suite('numbers for people');

/** With a mark for the spaces at which no line ends. */
const marked = (text: string): string => text.replaceAll('\u00a0', '_');

test('a number stays with its unit at the end of a line', () => {
  assert.equal(
    [0.973, 0.9999, 1e-5, -0.031, -1e-6, 0, 1].map((share) => marked(percent(share))),
    ['97.3_%', '>_99.9_%', '<_0.1_%', '−3.1_%', '0.0_%', '0.0_%', '100.0_%'],
  );
  assert.is(marked(wholePercent(0.414)), '41_%');
  assert.equal(
    [0.84, 12, 3400].map((ms) => marked(duration(ms))),
    ['0.84_ms', '12_ms', '3.4_s'],
  );
  assert.is(marked(timeLeft(2000, 0.5)), '2_s left');
  assert.equal([12_345, 4_500_000].map(large).map(marked), ['12.3_thousand', '4.5_million']);
  assert.equal([512, 54_080, 12.3e6].map(kilobytes).map(marked), ['0.5_kB', '54.1_kB', '12.3_MB']);
  assert.equal([1, 12.3e6].map(megabytes).map(marked), ['<_0.1_MB', '12.3_MB']);
  assert.is(marked(inputText({ takes: 'image', inputShape: [64, 48, 3] })), 'an image of 48_×_64_pixels');
  assert.is(marked(inputText({ takes: 'signal', inputShape: [40, 1] })), 'a signal of 40_samples');
});

test('no network is quite certain: what single precision rounds to 0 or 1 looks like its neighbors', () => {
  assert.equal([0, 1e-5, 0.5, 0.9999, 1].map(probability).map(marked), [
    '<_0.1_%',
    '<_0.1_%',
    '50.0_%',
    '>_99.9_%',
    '>_99.9_%',
  ]);
});

test.run();
