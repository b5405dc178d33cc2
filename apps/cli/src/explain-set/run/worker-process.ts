import { fork, type ChildProcess } from 'node:child_process';
import { CliError } from '../../errors.ts';
import { SHARDS_COMMAND, type ShardMessage, type ShardOrder } from './shard-messages.ts';

/** A worker ended in the midst of its work, such as one that was killed: another may go on. */
export class WorkerEnded extends Error {}

export interface WorkerSettings {
  /** Where the result is. */
  readonly out: string;
  /** Of ONNX Runtime, in each worker. */
  readonly threads: number;
  /** Gives the worker its next shard, or null where there is none. */
  readonly next: () => number | null;
  readonly onSamples: (explained: number, failed: number) => void;
}

/** Of what a process says on standard error, so much is told. */
const TOLD = 2000;

/** Another process of this program that explains shards. */
export class WorkerProcess {
  /**
   * Until the process has ended.
   *
   * @throws WorkerEnded where that was before its work was done; CliError for what another worker could not do either
   */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #settings: WorkerSettings;
  readonly #unfinished: number[] = [];
  #stderr = '';

  constructor(settings: WorkerSettings) {
    const { out, threads } = settings;
    this.#settings = settings;
    this.#child = fork(process.argv[1]!, [SHARDS_COMMAND, out, '--threads', String(threads)], {
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-TOLD);
    });
    this.ended = this.#end();
  }

  /** The shards that it was given and has not written, in that order. */
  get unfinished(): readonly number[] {
    return this.#unfinished;
  }

  /** Lets it end behind the shard that it is at. */
  stop(): void {
    this.#tell({ kind: 'stop' });
  }

  #end(): Promise<void> {
    return new Promise((resolve, reject) => {
      let last: ShardMessage | null = null;
      this.#child.on('message', (message: ShardMessage) => {
        if (message.kind === 'next') this.#giveShard();
        else if (message.kind === 'samples') this.#settings.onSamples(message.explained, message.failed);
        else if (message.kind === 'done') this.#unfinished.splice(this.#unfinished.indexOf(message.shard), 1);
        else last = message;
        if (message.kind === 'ended') this.#child.disconnect();
      });
      const onEnd = (how: string): void => {
        if (last?.kind === 'ended') resolve();
        else if (last?.kind === 'failed') reject(new CliError(last.message));
        else reject(new WorkerEnded(`A worker ended (${how}). ${this.#stderr.trim()}`.trim()));
      };
      this.#child.on('error', (error) => {
        onEnd(error.message);
      });
      // Not `close`, which never comes where this side has disconnected.
      this.#child.on('exit', (code, signal) => {
        onEnd(signal ?? `code ${String(code)}`);
      });
    });
  }

  #giveShard(): void {
    const shard = this.#settings.next();
    if (shard !== null) this.#unfinished.push(shard);
    this.#tell({ kind: 'shard', shard });
  }

  /** What cannot be told, since the process is ending, need not be. */
  #tell(order: ShardOrder): void {
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }
}
