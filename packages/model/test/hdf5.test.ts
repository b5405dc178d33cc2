import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openHdf5, type Hdf5Group } from '../src/files/hdf5/open-hdf5.ts';
// Made by golden/hdf5/make-data-sets.py.
import dataSets from './golden/hdf5/data-sets.h5.bin';
import expected from './golden/hdf5/data-sets.json';
import latest from './golden/hdf5/latest.h5.bin';
import { assertRefused } from './support/refusal.ts';

const test = suite('HDF5 files');
const file = openHdf5('data.h5', dataSets);

async function assertValues(from: Hdf5Group, name: string): Promise<void> {
  const { shape, values } = (expected as Record<string, { shape: number[]; values: number[] }>)[name] ?? {};
  const tensor = await from.tensor(name);
  assert.equal(tensor.shape, shape);
  assert.equal([...tensor.values], values?.map(Math.fround));
}

for (const name of Object.keys(expected)) {
  if (name.startsWith('sibling') || name.startsWith('new')) continue;
  test(`the data set "${name}" has its values`, () => assertValues(file, name));
}

test('every one of many siblings is found', async () => {
  for (let i = 0; i < 40; i++) await assertValues(file, `sibling ${i}`);
});

test('a file in the latest form of HDF5 is read where it is simple', async () => {
  const group = openHdf5('latest.h5', latest);
  assert.equal(group.texts('text'), ['new']);
  await assertValues(group, 'new/whole');
});

test('attributes are texts or nothing', () => {
  assert.equal(file.texts('text'), ['grüße']);
  assert.equal(file.texts('texts'), ['a', '', 'ccc']);
  assert.equal(file.texts('fixed'), ['conv', 'b']);
  for (const name of ['number', 'empty', 'no such']) assert.is(file.texts(name), undefined);
});

test('groups and data sets are told apart, and what is not there is not', async () => {
  assert.ok(file.group('a group/below') !== undefined);
  assert.is(file.group('whole'), undefined);
  assert.is(file.group('nowhere/below'), undefined);
  assert.is(file.group('whole/below'), undefined);
  await assertRefused(() => file.tensor('a group'), 'invalid-file', /a group is no data set/);
  await assertRefused(() => file.tensor('toString'), 'invalid-file', /is no data set/);
});

test('a number of the file that is made as large as it can be ends in a sentence or does no harm', async () => {
  // Lengths, sizes and addresses begin at multiples of four, of which these are some all over the file.
  for (let at = 8; at < dataSets.length - 8; at += 68) {
    const broken = Uint8Array.from(dataSets).fill(0xff, at, at + 4);
    const start = performance.now();
    try {
      const changed = openHdf5('data.h5', broken);
      changed.texts('texts');
      for (const name of ['whole', 'checked', 'a group/below/deep']) await changed.tensor(name);
    } catch (error) {
      assert.is((error as Error).name, 'ModelError', `at ${at}: ${String(error)}`);
    }
    // Some milliseconds; a loop over what the number says would take minutes.
    assert.ok(performance.now() - start < 5000, `at ${at}`);
  }
});

test.run();
