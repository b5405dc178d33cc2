import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolders, REPOSITORY } from '../workspace.ts';
import type { PageWithCode } from './check-code.ts';

/** What can be typed, by name. */
export interface KnownCommands {
  /** Of the program: `explain`. */
  readonly commands: ReadonlySet<string>;
  /** Of the workspace, and what pnpm does itself. */
  readonly scripts: ReadonlySet<string>;
  /** Of all commands and scripts together: `--layer`. */
  readonly options: ReadonlySet<string>;
}

/** What `pnpm NAME` is without a script. */
const OF_PNPM = ['install', 'audit', 'run', 'exec', 'add'];

/** Reads the names out of the sources: subcommands and long options as they are declared, and the scripts of the workspace. */
export async function knownCommands(): Promise<KnownCommands> {
  const commands = new Set<string>();
  const options = new Set(['--help', '--version', '--dir']);
  for (const folder of await packageFolders()) {
    const source = join(folder, 'src');
    const names = await readdir(source, { recursive: true }).catch(() => []);
    for (const name of names.filter((path) => path.endsWith('.ts'))) {
      const text = await readFile(join(source, name), 'utf8');
      for (const [, command = ''] of text.matchAll(/\.command\('([a-z-]+)/g)) commands.add(command);
      for (const [, option = ''] of text.matchAll(/['"](?:-\w, )?(--[a-z][a-z-]*)/g)) options.add(option);
    }
  }
  const { scripts } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  };
  return { commands, options, scripts: new Set([...Object.keys(scripts), ...OF_PNPM]) };
}

/** Returns the commands and options of this project in pages' blocks of `sh` that there are not, each as a line for a terminal. */
export function checkCommands(pages: readonly PageWithCode[], known: KnownCommands): string[] {
  return pages.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language }) => language === 'sh')
      .flatMap(({ code, line }) =>
        code
          .split('\n')
          .flatMap((text, index) => checkLine(text, known).map((what) => `${path}:${line + index}: ${what}`)),
      ),
  );
}

function checkLine(text: string, { commands, scripts, options }: KnownCommands): string[] {
  const [, program, rest = ''] =
    /^(npx @ablation-cam\/cli|(?:npx -y )?pnpm(?:@[\d.]+)?) ([^#]*)/.exec(text) ?? [];
  if (program === undefined) return [];
  const words = rest.trim().split(/\s+/);
  const isCommand = program.endsWith('/cli');
  const [name = ''] = words;
  const isThere = name.startsWith('--') || (isCommand ? commands : scripts).has(name);
  const unknown = words
    .map((word) => word.split('=')[0] ?? '')
    .filter((word) => /^--[a-z]/.test(word) && !options.has(word));
  return [
    ...(isThere ? [] : [`there is no ${isCommand ? 'command' : 'script'} ${name}`]),
    ...unknown.map((option) => `nothing here takes ${option}`),
  ];
}
