import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DenoCommand } from '../deno.ts';

const CHILD = fileURLToPath(new URL('./deno-child.mjs', import.meta.url));

/** How a call in a process of its own ended. */
export interface DenoCall<T> {
  /** What was returned; undefined where the process ended before. */
  readonly value: T | undefined;
  /** `exit code 0`, another, or the signal that ended the process. */
  readonly end: string;
}

/** What a bundle is called with. */
export interface BundleCall {
  /** Holds `entry.js`, which exports `run(print, ...args)`. */
  readonly bundle: string;
  readonly packageFolder: string;
  readonly timeoutMs: number;
  readonly args?: readonly unknown[];
}

/** Calls `run` of a bundle in a Deno process of its own. What it returns must survive JSON; what it prints is printed. */
export async function callInDeno<T>(
  deno: DenoCommand,
  { bundle, packageFolder, timeoutMs, args = [] }: BundleCall,
): Promise<DenoCall<T>> {
  // By this the line with the result is told from what is printed.
  const mark = `${randomUUID()} `;
  const entry = pathToFileURL(join(bundle, 'entry.js')).href;
  const command = [...deno.args, '--no-config', CHILD, entry, mark, JSON.stringify(args)];
  const child = spawn(deno.program, command, {
    cwd: packageFolder,
    env: { ...process.env, ...deno.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let value: T | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith(mark)) value = JSON.parse(line.slice(mark.length)) as T;
    else console.log(line);
  });
  const watchdog = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const end = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve(signal ?? `exit code ${code ?? 'unknown'}`);
    });
  });
  clearTimeout(watchdog);
  return { value, end };
}
