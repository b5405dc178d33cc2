import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withTestBundle } from './bundle-tests.ts';
import { noCounts, type Counts } from './record.ts';

const CHILD = fileURLToPath(new URL('./node-child.mjs', import.meta.url));

/** Runs test files of a package in one Node process of their own; a process that dies counts as one more failed test. */
export function runInNode(
  packageFolder: string,
  files: readonly string[],
  timeoutMs: number,
): Promise<Counts> {
  return withTestBundle(packageFolder, files, 'node', (bundle) =>
    runBundle(bundle, packageFolder, timeoutMs),
  );
}

async function runBundle(bundle: string, packageFolder: string, timeoutMs: number): Promise<Counts> {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', '--expose-gc', CHILD, join(bundle, 'entry.js')],
    {
      cwd: packageFolder,
      // What is chosen by the speeds of executors is the same on every machine; their own tests inject others.
      env: { ...process.env, ABLATION_CAM_SPEEDS: 'usual' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  let counts: Counts | undefined;
  child.on('message', (message: Counts) => (counts = message));
  const watchdog = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...end) => {
      resolve(end);
    });
  });
  clearTimeout(watchdog);
  if (counts !== undefined && code === 0) return counts;
  const end = signal === null ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`;
  const place = counts === undefined ? 'before all tests had run' : 'after the tests had run';
  console.log(`The Node process of these tests ended ${end} ${place} (time limit ${timeoutMs / 1000} s).`);
  const partial = counts ?? noCounts();
  return { ...partial, failed: partial.failed + 1 };
}
