import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { storedBundle } from '@ablation-cam/tools/stored-bundle';

let bundle: Promise<URL> | undefined;

export interface CommandRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is under way. */
export interface StartedCommand {
  readonly child: ChildProcess;
  /** Waits until it has printed something that matches. */
  said(pattern: RegExp): Promise<void>;
}

/** Starts a command as `runCommand` does; the caller ends it. */
export async function startCommand(args: readonly string[]): Promise<StartedCommand> {
  bundle ??= storedBundle(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', fileURLToPath(await bundle), ...args]);
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  return {
    child,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(printed)) resolve();
        };
        child.stdout.on('data', look);
        child.on('exit', () => {
          reject(new Error(`The command ended. ${printed}`));
        });
        look();
      }),
  };
}

/** Runs a command as `pnpm <args>` does, but without pnpm, and bundled once for the tests of a file. */
export async function runCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
  bundle ??= storedBundle(new URL('../src/main.ts', import.meta.url));
  const main = fileURLToPath(await bundle);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], {
      env: { ...process.env, ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}
