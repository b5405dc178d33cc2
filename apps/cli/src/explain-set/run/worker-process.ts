import { fork, type ChildProcess } from 'node:child_process';
import { CliError } from '../../errors.ts';
import { SHARDS_COMMAND, type ShardMessage } from './shard-messages.ts';
import type { ShardOutcome } from './shard-runner.ts';

/** A worker ended in the midst of its work, such as one that was killed: another may go on. */
export class WorkerEnded extends Error {}

export interface WorkerSettings {
  /** Where the result is. */
  readonly out: string;
  /** Of ONNX Runtime, in each worker. */
  readonly threads: number;
  readonly onSamples: (explained: number, failed: number) => void;
}

/** Of what a process says on standard error, so much is told. */
const TOLD = 2000;

/** Another process of this program that explains shards. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  #stderr = '';
  #settle: ((message: ShardMessage | null, how: string) => void) | null = null;

  constructor({ out, threads, onSamples }: WorkerSettings) {
    this.#child = fork(process.argv[1]!, [SHARDS_COMMAND, out, '--threads', String(threads)], {
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-TOLD);
    });
    this.#child.on('message', (message: ShardMessage) => {
      if (message.kind === 'samples') onSamples(message.explained, message.failed);
      else this.#settle?.(message, '');
    });
    this.#child.on('error', (error) => this.#settle?.(null, error.message));
    // Not `close`, which never comes where this side has disconnected.
    this.#child.on('exit', (code, signal) => this.#settle?.(null, signal ?? `code ${String(code)}`));
    this.#ready = this.#next().then(() => undefined);
    // Looked at with the first shard.
    this.#ready.catch(() => undefined);
  }

  /** @throws WorkerEnded; CliError for what another worker could not do either */
  async run(shard: number): Promise<ShardOutcome> {
    await this.#ready;
    const done = this.#next();
    this.#child.send({ shard });
    const message = await done;
    if (message.kind !== 'done') throw new RangeError(`A worker said ${message.kind} instead of done.`);
    return message.outcome;
  }

  /** Lets the process end by itself. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.connected) this.#child.disconnect();
    await ended;
  }

  #next(): Promise<ShardMessage> {
    return new Promise((resolve, reject) => {
      this.#settle = (message, how) => {
        this.#settle = null;
        if (message === null)
          reject(new WorkerEnded(`A worker ended (${how}). ${this.#stderr.trim()}`.trim()));
        else if (message.kind === 'failed') reject(new CliError(message.message));
        else resolve(message);
      };
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        this.#settle(null, String(this.#child.signalCode ?? this.#child.exitCode));
      }
    });
  }
}
