import { spawnSync } from 'node:child_process';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFileWhole } from '../src/index.ts';
import { draftOf } from '../src/platform/node-drafts.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('writing files');
let folder = '';

test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'writing-'));
});
test.after.each(() => rm(folder, { recursive: true }));

test('a file is replaced as a whole, with its permissions, and its folder is made', async () => {
  const path = join(folder, 'new', 'folder', 'file.txt');
  await writeFileWhole(path, 'one');
  await chmod(path, 0o640);
  // A reader of the old file keeps it: the new one took its name only.
  await link(path, join(folder, 'old.txt'));
  await writeFileWhole(path, 'two');
  assert.is(await readFile(path, 'utf8'), 'two');
  assert.is(await readFile(join(folder, 'old.txt'), 'utf8'), 'one');
  assert.is((await stat(path)).mode & 0o777, 0o640);
  assert.equal(await readdir(join(folder, 'new', 'folder')), ['file.txt']);
});

test('a link stays a link, and the file it leads to is replaced', async () => {
  await mkdir(join(folder, 'elsewhere'));
  const file = join(folder, 'elsewhere', 'file.txt');
  await writeFile(file, 'one');
  await symlink(file, join(folder, 'link.txt'));
  await writeFileWhole(join(folder, 'link.txt'), 'two');
  assert.ok((await lstat(join(folder, 'link.txt'))).isSymbolicLink());
  assert.is(await readFile(file, 'utf8'), 'two');
});

test('what cannot be written is one sentence, and leaves what was there', async () => {
  await writeFile(join(folder, 'file'), 'kept');
  await mkdir(join(folder, 'dir'));
  const cases: readonly (readonly [string, RegExp])[] = [
    [join(folder, 'file', 'x'), /^Cannot write .*: a part of the path is a file, not a folder\./],
    [join(folder, 'dir'), /^Cannot write .*dir: it is a folder\./],
    [join(folder, 'x'.repeat(300)), /^Cannot write .*: the name is too long\./],
    [join(folder, 'a\0b'), /^Cannot write /],
  ];
  for (const [path, pattern] of cases) {
    await assertRefused(() => writeFileWhole(path, 'new'), 'write-failed', pattern);
  }
  assert.is(await readFile(join(folder, 'file'), 'utf8'), 'kept');
  assert.equal((await readdir(folder)).sort(), ['dir', 'file']);
});

test('what a killed process has left on its way is removed, and what a living one is at work on is not', async () => {
  const own = draftOf(join(folder, 'file.txt'));
  const dead = spawnSync(process.execPath, ['--version']).pid;
  const left = own.replace(`.${process.pid}.`, `.${dead}.`);
  const others = [own, join(folder, 'notes.tmp'), left.replace(/\.\d+\./, '.elsewhere$&')];
  for (const path of [left, ...others]) await writeFile(path, 'half');
  await writeFileWhole(join(folder, 'other.txt'), 'whole');
  const names = [...others.map((path) => basename(path)), 'other.txt'];
  assert.equal((await readdir(folder)).sort(), names.sort());
});

test('a full disk is one sentence', async () => {
  // Linux has a device that is always full.
  if (process.platform !== 'linux') return;
  await assertRefused(() => writeFileWhole('/dev/full', 'x'), 'write-failed', /the disk is full/);
  assert.ok((await stat('/dev/full')).isCharacterDevice(), 'the device is still there');
});

test.run();
