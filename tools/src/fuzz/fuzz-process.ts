import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FuzzOutcome } from '../testing/fuzz.ts';

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));

/** A process may take so much, whatever is read. */
export const MOST_BYTES = 2 ** 30;

/** Until a process that gives no answer is ended: on a busy machine it has a small part of that time for itself. */
const PATIENCE_MS = 60_000;

/** Bundles are loaded and backends made. */
const START_MS = 300_000;

/** What became of one damaged file. */
export type Attempt = FuzzOutcome & {
  /** Of processor time. */
  readonly ms: number;
  /** The most memory that the process has taken until then. */
  readonly peakBytes: number;
};

/** A process that reads damaged files one after the other; one that hangs or takes too much is ended. */
export class FuzzProcess {
  readonly #child: ChildProcess;
  #printed = '';
  /** The names of the kinds of files there are. */
  readonly names: Promise<readonly string[]>;

  /** @param entry a bundle of a subject @param folder of its package */
  constructor(entry: string, folder: string) {
    const args = ['--enable-source-maps', '--expose-gc', CHILD, entry, String(MOST_BYTES)];
    this.#child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, ABLATION_CAM_SPEEDS: 'usual' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const keep = (text: Buffer): void => {
      this.#printed += text.toString();
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.names = this.#answer<string[]>(START_MS).then((names) => {
      if (!Array.isArray(names))
        throw new Error(`A process to read files did not start: ${names}\n${this.#printed}`);
      // What libraries say when they are loaded is of no matter here.
      this.#printed = '';
      return names;
    });
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it printed since it started. */
  get printed(): string {
    return this.#printed.trim();
  }

  async try(name: string, seed: number): Promise<Attempt> {
    this.#child.send({ name, seed });
    const answer = await this.#answer<Attempt>(PATIENCE_MS);
    if (typeof answer !== 'string') return answer;
    const text = answer === 'late' ? `no answer in ${PATIENCE_MS} ms` : `the process ended: ${this.printed}`;
    return { kind: 'fault', text, ms: PATIENCE_MS, peakBytes: 0 };
  }

  async stop(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Its next message; `late` where there is none in time - it is then ended -, `ended` where it ends by itself. */
  #answer<T>(withinMs: number): Promise<T | 'late' | 'ended'> {
    return new Promise((resolve) => {
      const settle = (answer: T | 'late' | 'ended'): void => {
        clearTimeout(timer);
        this.#child.off('message', onMessage);
        this.#child.off('close', onClose);
        resolve(answer);
      };
      const onMessage = (message: T): void => {
        settle(message);
      };
      const onClose = (): void => {
        settle('ended');
      };
      const timer = setTimeout(() => {
        void this.stop().then(() => {
          settle('late');
        });
      }, withinMs);
      this.#child.on('message', onMessage);
      this.#child.on('close', onClose);
    });
  }
}
