import { assertRefused } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KernelsError, optionalPackage } from '../src/index.ts';

const test = suite('optional packages');

const load = (importing: () => Promise<unknown>): Promise<unknown> =>
  optionalPackage('a-package', 'Doing so', importing);

test('are loaded where they are installed', async () => {
  assert.is(await load(() => Promise.resolve(1)), 1);
});

test('say how they are installed where they are not', async () => {
  const name = 'there-is-no-such-package';
  await assertRefused(
    () => load(() => import(name) as Promise<unknown>),
    KernelsError,
    /^Doing so needs the package a-package, which is not installed; run `npm install a-package`\.$/,
    'package-missing',
  );
});

test('say why where they are there and broken', async () => {
  await assertRefused(
    () => load(() => Promise.reject(new Error('no binary.\nSee elsewhere.'))),
    KernelsError,
    /which cannot be loaded \(no binary\); run `npm install a-package`\.$/,
    'package-missing',
  );
});

test.run();
