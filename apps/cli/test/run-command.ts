import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { storedBundle } from '@ablation-cam/tools/stored-bundle';

let bundle: Promise<URL> | undefined;

export interface CommandRun {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is under way. */
export interface StartedCommand {
  readonly child: ChildProcess;
  /** Waits until it has printed something that matches. */
  said(pattern: RegExp): Promise<void>;
  /** Waits until it has ended and all it printed is here. */
  readonly ended: Promise<CommandRun>;
}

/** Starts a command as `pnpm <args>` does, but without pnpm, and bundled once for the tests of a file; the caller ends it. */
export async function startCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<StartedCommand> {
  bundle ??= storedBundle(new URL('../src/main.ts', import.meta.url));
  const main = fileURLToPath(await bundle);
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CommandRun>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
  return {
    child,
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(stdout + stderr)) resolve();
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        child.on('exit', () => {
          reject(new Error(`The command ended. ${stdout}${stderr}`));
        });
        look();
      }),
  };
}

/** Runs a command to its end. */
export async function runCommand(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CommandRun> {
  return (await startCommand(args, env)).ended;
}
