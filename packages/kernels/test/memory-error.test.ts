import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isTrap, KernelsError, memoryError } from '../src/index.ts';

const test = suite('want of memory');

/** As what engines throw comes out of a layer that was asked to run. */
function inLayer(cause: unknown): Error {
  return new Error('Layer "conv" failed.', { cause });
}

test('what engines throw is known, also as the cause of something else', () => {
  for (const message of [
    'Array buffer allocation failed',
    'Invalid array length',
    'WebAssembly.Memory.grow(): Unable to grow instance memory',
    'createBuffer failed, size (512) is too large for the implementation when mappedAtCreation == true',
  ]) {
    for (const error of [new RangeError(message), inLayer(new RangeError(message))]) {
      const found = memoryError(error);
      assert.is(found?.code, 'out-of-memory');
      assert.is(found?.cause, error);
      assert.match(found?.message ?? '', /not enough memory .*: take fewer inputs at a time/);
      assert.is(isTrap(error), false);
    }
  }
});

test('a trap is known, and says that nothing is to be trusted', () => {
  const trap = new WebAssembly.RuntimeError('memory access out of bounds');
  for (const error of [trap, inLayer(trap), inLayer(inLayer(trap))]) {
    assert.ok(isTrap(error));
    assert.match(memoryError(error)?.message ?? '', /start the program or page again/);
  }
});

test('what is known already stays as it is, and everything else is none', () => {
  const known = new KernelsError('out-of-memory', 'ONNX Runtime failed for want of memory: bad_alloc');
  assert.is(memoryError(known), known);
  const others = [
    new RangeError('Node 3 is read before it is computed.'),
    new Error('out of memory'),
    'memory',
    null,
  ];
  for (const error of others) assert.is(memoryError(error), null);
});

test.run();
