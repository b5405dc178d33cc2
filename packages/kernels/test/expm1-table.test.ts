import { equal, ok } from 'uvu/assert';
import { suite } from 'uvu';
import { seededRandom } from '@ablation-cam/tools/testing';
import { TABLE_END, tableExpm1, tableExpm1Sum } from '../src/reference/expm1-table.ts';

const test = suite('exp(v) - 1 by table');

test('has the digits of Math.expm1, however small v is', () => {
  const { uniform, integer } = seededRandom(3);
  for (let n = 0; n < 100_000; n++) {
    const v = uniform(-TABLE_END, TABLE_END) * 2 ** -(n % 5 === 0 ? integer(0, 60) : 0);
    const expected = Math.expm1(v);
    // Both round three or four times.
    ok(Math.abs(tableExpm1(v) - expected) <= 8 * Number.EPSILON * Math.abs(expected), String(v));
  }
  equal(tableExpm1(0), 0);
});

test('sums it for gains within the table, and none beyond', () => {
  const e = Float64Array.of(1, 0.5, 1e-200);
  const d = Float64Array.of(0, 1e-12, -2);
  const expected = 0.5 * Math.expm1(-1e-12) + 1e-200 * Math.expm1(2);
  ok(Math.abs(tableExpm1Sum(e, d, 0)! / expected - 1) < 8 * Number.EPSILON);
  equal(tableExpm1Sum(e, Float64Array.of(0, TABLE_END, 0), 0), null);
  equal(tableExpm1Sum(e, Float64Array.of(0, NaN, 0), 0), null);
});

test.run();
