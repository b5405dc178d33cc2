import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { keyDeed } from '../src/views/stage/stage-keys.ts';
import { movedBy, placeAt, WHOLE, zoomedAt, type Zoom } from '../src/views/stage/zoom.ts';

const test = suite('looking closer');

const close = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;

test('what is under the pointer stays there, closer or further', () => {
  const random = seededRandom(8);
  for (let i = 0; i < 50; i++) {
    const [x = 0, y = 0, factor = 1] = random.floats(3, 0, 1);
    const at = { x, y };
    const zoom = zoomedAt(zoomedAt(WHOLE, 6, { x: 0.5, y: 0.5 }), 1 + factor, at);
    const before = placeAt(zoomedAt(WHOLE, 6, { x: 0.5, y: 0.5 }), at);
    const after = placeAt(zoom, at);
    assert.ok(close(before.x, after.x) && close(before.y, after.y));
  }
});

test('a frame never leaves its picture', () => {
  const closer = zoomedAt(WHOLE, 2, { x: 0.5, y: 0.5 });
  assert.equal(movedBy(closer, { x: 9, y: -9 }), { scale: 2, left: 0, top: 0.5 });
  assert.equal(movedBy(WHOLE, { x: 0.3, y: 0.3 }), WHOLE);
  assert.equal(zoomedAt(closer, 1e-3, { x: 1, y: 1 }), WHOLE);
  assert.ok(zoomedAt(WHOLE, 1e9, { x: 0.5, y: 0.5 }).scale <= 40);
});

test('keys zoom and move, or erase', () => {
  const closer: Zoom = { scale: 2, left: 0.25, top: 0.25 };
  const zoomOf = (key: string, zoom = closer): Zoom | null => {
    const deed = keyDeed(key, zoom, false);
    return deed?.kind === 'zoom' ? deed.zoom : null;
  };
  assert.ok((zoomOf('+')?.scale ?? 0) > 2);
  assert.ok((zoomOf('-')?.scale ?? 9) < 2);
  assert.equal(zoomOf('0'), WHOLE);
  assert.ok((zoomOf('ArrowRight')?.left ?? 0) > 0.25);
  assert.is(keyDeed('ArrowRight', WHOLE, false), null, 'the page scrolls');
  assert.is(keyDeed('Tab', closer, true), null);
  assert.equal(keyDeed('ArrowUp', closer, true), { kind: 'move-eraser', by: { x: 0, y: -1 } });
  assert.equal(keyDeed('Enter', closer, true), { kind: 'stamp' });
  assert.equal(keyDeed('z', closer, true), { kind: 'act', action: { kind: 'undo-erasing' } });
});

test.run();
