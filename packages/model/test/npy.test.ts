import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeNpy, encodeNpy, ModelError, npyRows, type NpyData } from '../src/index.ts';
// Made by golden/npy.py.
import golden from './golden/npy.json';

const test = suite('npy');

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
const refusal = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof ModelError &&
  error.code === code &&
  pattern.test(error.message) &&
  !error.message.includes('\n');

for (const { descr, fortran, version, shape, values, base64 } of golden) {
  const order = fortran ? 'column-major' : 'row-major';
  test(`NumPy's ${descr} of shape [${shape.join(', ')}], ${order}, version ${version}, is read`, () => {
    const array = decodeNpy(bytesOf(base64));
    assert.equal(array.shape, shape);
    assert.equal(Array.from(array.data), values);
    assert.is(array.type, descr.slice(1));
  });
}

test('an array at an odd offset of its buffer is read', () => {
  const bytes = bytesOf(golden[0]?.base64 ?? '');
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assert.equal(Array.from(decodeNpy(shifted.subarray(3)).data), golden[0]?.values);
});

const written: readonly NpyData[] = [
  new Float64Array([0.1, -1e300, Number.POSITIVE_INFINITY, 0, 5, 6]),
  new Float32Array([0.5, -1, 2, 3, 4, 5]),
  new Int32Array([-(2 ** 31), 2 ** 31 - 1, 0, 1, 2, 3]),
  new Uint32Array([2 ** 32 - 1, 0, 1, 2, 3, 4]),
  new Int16Array([-32768, 32767, 0, 1, 2, 3]),
  new Uint16Array([65535, 0, 1, 2, 3, 4]),
  new Int8Array([-128, 127, 0, 1, 2, 3]),
  new Uint8Array([255, 0, 1, 2, 3, 4]),
];
for (const data of written) {
  test(`a written ${data.constructor.name} is read back, aligned to 64 bytes`, () => {
    const bytes = encodeNpy(data, [2, 1, 3]);
    assert.is((bytes.length - data.byteLength) % 64, 0);
    assert.equal(decodeNpy(bytes), { type: decodeNpy(bytes).type, shape: [2, 1, 3], data });
  });
}

test("a written array has the bytes of NumPy's own file", () => {
  const record = golden.find(
    ({ descr, version, shape }) => descr === '<f8' && version === 1 && shape.length === 3,
  );
  assert.equal(
    encodeNpy(new Float64Array(record?.values ?? []), record?.shape),
    bytesOf(record?.base64 ?? ''),
  );
  const vector = decodeNpy(encodeNpy(new Uint8Array(3)));
  assert.equal(vector.shape, [3]);
});

test('a shape that does not fit the values is refused', () => {
  assert.throws(() => encodeNpy(new Float32Array(5), [2, 3]), refusal('invalid-data', /6 values, got 5/));
});

const good = encodeNpy(new Float64Array([1, 2]));
const withHeader = (edit: (header: string) => string): Uint8Array => {
  const text = edit(String.fromCharCode(...good));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
};
const broken: readonly [string, Uint8Array, string, RegExp][] = [
  ['no bytes', new Uint8Array(), 'invalid-file', /signature/],
  ['another file', new Uint8Array(200), 'invalid-file', /signature/],
  [
    'a truncated array',
    good.subarray(0, good.length - 1),
    'invalid-file',
    /needs 16 bytes, the file holds 15/,
  ],
  ['a truncated header', good.subarray(0, 40), 'invalid-file', /ends inside its header/],
  ['a cut length field', good.subarray(0, 9), 'invalid-file', /ends inside its header/],
  ['version 9', withHeader((h) => h.replace('\x01', '\x09')), 'unsupported-format', /version 9/],
  ['complex numbers', withHeader((h) => h.replace('<f8', '<c8')), 'unsupported-format', /'<c8'.*float32/],
  ['half floats', withHeader((h) => h.replace('<f8', '<f2')), 'unsupported-format', /'<f2'.*float32/],
  ['no shape', withHeader((h) => h.replace('shape', 'shade')), 'invalid-file', /no shape/],
  ['a negative shape', withHeader((h) => h.replace('(2,)', '(-2)')), 'invalid-file', /shape is \(-2\)/],
  ['a huge integer', withHeader((h) => h.replace('<f8', '<i8')), 'unsupported-format', /beyond 2\^53/],
];
for (const [what, bytes, code, pattern] of broken) {
  test(`${what} gives a typed error`, () => {
    assert.throws(() => decodeNpy(bytes, 'x.npy'), refusal(code, pattern));
  });
}

test('rows are files of their own, and refused where they do not lie together', () => {
  const [rowMajor, columnMajor] = [false, true].map((wanted) =>
    golden.filter(({ fortran, shape }) => fortran === wanted && shape.length > 1),
  );
  for (const { base64, shape, values } of rowMajor ?? []) {
    const bytes = bytesOf(base64);
    const rows = npyRows(bytes);
    const { count, offset, byteLength } = rows;
    assert.is(count, shape[0]);
    const size = values.length / shape[0]!;
    for (let row = 0; row < shape[0]!; row++) {
      const start = offset + row * byteLength;
      const own = decodeNpy(rows.fileOf(bytes.subarray(start, start + byteLength)));
      assert.equal(own.shape, shape.slice(1));
      assert.equal(Array.from(own.data), values.slice(row * size, (row + 1) * size));
    }
  }
  for (const { base64 } of columnMajor ?? []) {
    assert.throws(() => npyRows(bytesOf(base64)), refusal('unsupported-format', /ascontiguousarray/));
  }
  assert.ok(rowMajor?.length && columnMajor?.length);
});

test.run();
