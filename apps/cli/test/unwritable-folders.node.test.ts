import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCommand, type CommandRun } from './run-command.ts';

const test = suite<{ folder: string }>('folders that cannot be made');

test.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'unwritable-'));
  await symlink(join(context.folder, 'nowhere'), join(context.folder, 'link'));
  await writeFile(join(context.folder, 'file'), 'a file');
});

test.after(({ folder }) => rm(folder, { recursive: true }));

/** Longer than a command takes on a busy machine. */
const LIMIT_MS = 120_000;

/** In a process of its own, which is killed where it does not end. */
async function ended(args: readonly string[]): Promise<CommandRun> {
  const command = await startCommand(args);
  const timer = setTimeout(() => command.child.kill('SIGKILL'), LIMIT_MS);
  const run = await command.ended;
  clearTimeout(timer);
  return run;
}

const COMMANDS: readonly [name: string, ...args: string[]][] = [
  ['explain', 'mnist1d:0', '--model', 'mnist1d', '--backend', 'cpu', '--executor', 'reference'],
  ['explain-set', 'mnist1d', '--limit', '2', '--backend', 'cpu', '--executor', 'reference', '--workers', '1'],
];

for (const command of COMMANDS) {
  test(`${command[0]} says so in one line and ends`, async ({ folder }) => {
    const places = ['link/out', 'link/deeper/out', 'file/out'].map((place) => join(folder, place));
    if (existsSync('/proc/self')) places.push('/proc/nowhere', '/proc/nowhere/deeper');
    for (const place of places) {
      const { exitCode, stderr } = await ended([...command, '--out', place]);
      assert.is(exitCode, 1, `${place}: ${stderr}`);
      assert.match(stderr, /^error: Cannot (write|read) .*\n$/, place);
    }
  });
}

test.run();
