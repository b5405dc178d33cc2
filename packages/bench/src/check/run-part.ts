import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { GRACE_SECONDS, type CheckPart } from './parts.ts';

/** How a part of a check ended. */
export interface PartResult {
  readonly part: CheckPart;
  readonly seconds: number;
  /** `passed`, or what ended it. */
  readonly end: string;
  /** What it printed last. */
  readonly lastLines: readonly string[];
}

/** Lines of a part's output that the report has; of its progress where there is no output. */
const LAST_LINES = 60;
const LAST_STEPS = 2;
/** Characters that are kept of it meanwhile. */
const MOST_TEXT = 50_000;

/** Runs a part, shows what it prints and writes it to a file in `folder`, which ends in a slash. */
export async function runPart(part: CheckPart, folder: string): Promise<PartResult> {
  const start = performance.now();
  const log = createWriteStream(`${folder}${part.name}.txt`);
  const child = spawn(process.execPath, part.command(folder), { stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (chunk: string) => {
      process.stdout.write(chunk);
      log.write(chunk);
      texts[name] = (texts[name] + chunk).slice(-MOST_TEXT);
    });
  }
  const timers = [
    setTimeout(() => child.kill('SIGINT'), part.seconds * 1000),
    setTimeout(() => child.kill('SIGKILL'), (part.seconds + GRACE_SECONDS) * 1000),
  ];
  const end = await new Promise<string>((resolve) => {
    child.on('error', ({ message }) => {
      resolve(`could not be started: ${message}`);
    });
    child.on('close', (code, signal) => {
      resolve(signal ?? (code === 0 ? 'passed' : `exit code ${code ?? 'unknown'}`));
    });
  });
  for (const timer of timers) clearTimeout(timer);
  log.end();
  await finished(log);
  const seconds = (performance.now() - start) / 1000;
  return {
    part,
    seconds,
    end: seconds < part.seconds ? end : `asked to end after ${part.seconds} s (${end})`,
    lastLines:
      texts.stdout.trim() === '' ? lastLines(texts.stderr, LAST_STEPS) : lastLines(texts.stdout, LAST_LINES),
  };
}

function lastLines(text: string, count: number): string[] {
  return text.trimEnd().split('\n').slice(-count);
}
