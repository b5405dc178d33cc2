import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { importCircles } from '../src/lint-imports/import-circles.ts';
import { importsUpwards } from '../src/lint-imports/floors.ts';
import { layersUses } from '../src/lint-imports/layers-doors.ts';
import { typeNamesakes } from '../src/lint-imports/type-names.ts';
import { readModule } from '../src/lint-imports/source-module.ts';

const test = suite('the lint of imports');

/** Files by path and text. */
function modules(files: Record<string, string>, named: object = {}) {
  return new Map(Object.entries(files).map(([path, text]) => [path, readModule(path, text, named)]));
}

test('a circle is found, also through re-exports, and named once from the file that comes first', () => {
  const circles = importCircles(
    modules({
      'src/a.ts': "import { b } from './inner/b.ts';",
      'src/inner/b.ts': "export * from '../c.ts';",
      'src/c.ts': "import './a.ts';\nimport './d.ts';",
      'src/d.ts': "import 'node:fs';",
    }),
  );
  assert.equal(circles, [['src/a.ts', 'src/inner/b.ts', 'src/c.ts', 'src/a.ts']]);
});

test('a file that imports itself is a circle, and so is one through a platform', () => {
  assert.equal(importCircles(modules({ 'src/a.ts': "import './a.ts';" })), [['src/a.ts', 'src/a.ts']]);
  const named = { '#platform': { node: './src/node.ts', default: './src/browser.ts' } };
  const files = {
    'src/a.ts': "import { x } from '#platform';",
    'src/node.ts': '',
    'src/browser.ts': "import { y } from './a.ts';",
  };
  assert.equal(importCircles(modules(files, named)), [['src/a.ts', 'src/browser.ts', 'src/a.ts']]);
});

test('types leave nothing behind and make no circle', () => {
  const files = {
    'src/a.ts': "import type { B } from './b.ts';\nexport type { C } from './b.ts';",
    'src/b.ts': "import { a } from './a.ts';",
  };
  assert.equal(importCircles(modules(files)), []);
  const mixed = { ...files, 'src/a.ts': "import { type B } from './b.ts';" };
  assert.is(importCircles(modules(mixed)).length, 1, 'TypeScript leaves `import {}` there');
});

test('layers are named only at doors; comments and texts may speak of them', () => {
  const text = [
    '/** Takes a tf.LayersModel. */',
    "const message = 'Load it as a tf.LayersModel.';",
    'let model: tf.LayersModel;',
    'type L = tf.layers.Layer;',
    'tf.layers.dense({ units: 1 });',
    'network.layers.length;',
  ].join('\n');
  const files = modules({ 'src/door/in.ts': text, 'src/gate.ts': text, 'src/beyond.ts': text });
  assert.equal(
    layersUses('packages/x', files, ['src/door/', 'src/gate.ts']).map((line) => line.split(': ')[0]),
    [3, 4, 5].map((line) => `packages/x/src/beyond.ts:${line}`),
  );
  assert.is(layersUses('packages/xai', files).length, 9, 'a package without doors');
});

test('imports lead down, or stay in a folder; types and folders without a floor may do as they like', () => {
  const files = {
    'src/ground/a.ts': "import type { B } from '../first/b.ts';\nimport './own.ts';\nimport '../errors.ts';",
    'src/ground/own.ts': '',
    'src/first/b.ts': "import '../ground/a.ts';\nimport '../beside/c.ts';",
    'src/beside/c.ts': "import '../roof/d.ts';",
    'src/roof/d.ts': "import '../ground/a.ts';",
    'src/errors.ts': "import './roof/d.ts';",
  };
  const floors = [['ground'], ['first', 'beside'], ['roof']];
  const found = importsUpwards('packages/x', modules(files), floors);
  assert.equal(
    found.map((line) => line.split(',')[0]),
    [
      'packages/x/src/first/b.ts: imports src/beside/c.ts',
      'packages/x/src/beside/c.ts: imports src/roof/d.ts',
    ],
  );
  assert.equal(importsUpwards('packages/y', modules(files)), [], 'a package without floors');
});

test('packages that export types of one name are told; what a file keeps to itself is not', () => {
  const packages = new Map([
    ['packages/x', modules({ 'src/a.ts': 'export interface Batch {}\nexport type Own = 1;' })],
    [
      'packages/y',
      modules({ 'src/b.ts': 'export class Batch {}\ninterface Own {}\nexport const Kept = 1;' }),
    ],
    ['packages/z', modules({ 'src/c.ts': "export type { Own } from './d.ts';\ntype Kept = 1;" })],
  ]);
  assert.equal(typeNamesakes(packages), [
    'packages/x/src/a.ts and packages/y/src/b.ts: export a type Batch each; rename one',
  ]);
});

test.run();
