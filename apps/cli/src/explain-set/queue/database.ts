import { once } from 'node:events';
import { Socket } from 'node:net';
import pRetry from 'p-retry';
import { Client, Pool, type PoolConfig, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import { CliError } from '../../errors.ts';

/** PostgreSQL refuses, is gone or silent: no fault of what was to be done with it. */
export class QueueError extends CliError {
  /** As PostgreSQL or the system calls what happened. */
  readonly code: string | undefined;

  constructor(message: string, options: ErrorOptions) {
    super(message, options);
    this.code = codeOf(options.cause);
  }
}

/** Seconds for which a database is waited for that is gone or does not answer. */
export const PATIENCE = 60;

const CONNECTIONS = 4;
const CONNECTING_MS = 10_000;
/** What is still asked of a database that was waited for in vain, such as to take jobs back, waits no longer than this. */
const LAST_MS = 2000;
/** For so long it may take leave of a connection. */
const CLOSING_MS = 1000;

interface TimedQuery extends QueryConfig {
  /** Milliseconds after which the connection is given up; the types of `pg` know it of pools alone. */
  readonly query_timeout: number;
}

/**
 * PostgreSQL through some connections. What is asked of it is asked again where a connection breaks: all that a queue asks may be
 * carried out twice.
 */
export class Database {
  readonly #pool: Pool;
  readonly #sockets: Set<Socket>;
  readonly #patienceMs: number;
  /** For people, without user and password. */
  readonly #place: string;
  #isLost = false;

  private constructor(config: PoolConfig, sockets: Set<Socket>, place: string, patience: number) {
    this.#pool = new Pool(config);
    // A connection that is lost while nobody uses it; whoever wants one next gets another, or an error.
    this.#pool.on('error', () => undefined);
    this.#sockets = sockets;
    this.#place = place;
    this.#patienceMs = 1000 * patience;
  }

  /**
   * @param patience seconds
   * @throws CliError for an address that is none; QueueError where nobody answers there, at once
   */
  static async open(url: string, patience: number): Promise<Database> {
    const sockets = new Set<Socket>();
    const config: PoolConfig = {
      connectionString: url,
      max: CONNECTIONS,
      connectionTimeoutMillis: Math.min(CONNECTING_MS, 1000 * patience),
      // Leave is taken of a connection without waiting, so that a silent one would keep the process.
      stream: () => {
        const socket = new Socket();
        sockets.add(socket);
        return socket.once('close', () => sockets.delete(socket));
      },
    };
    const database = new Database(config, sockets, placeOf(url), patience);
    try {
      await database.#pool.query({ text: 'SELECT 1', query_timeout: 1000 * patience } as TimedQuery);
      return database;
    } catch (cause) {
      await database.close();
      throw database.refusal(cause);
    }
  }

  /** @throws QueueError where it is refused, or the database is gone or silent for too long */
  async query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>> {
    const limitMs = this.#isLost ? Math.min(LAST_MS, this.#patienceMs) : this.#patienceMs;
    const started = performance.now();
    try {
      const result = await pRetry(
        () => {
          const left = Math.max(1, Math.ceil(limitMs - (performance.now() - started)));
          const query: TimedQuery = { text, ...(values && { values }), query_timeout: left };
          return this.#pool.query<Row>(query);
        },
        {
          retries: Infinity,
          minTimeout: 50,
          maxTimeout: 2000,
          randomize: true,
          maxRetryTime: limitMs,
          shouldRetry: ({ error }) => isPassing(error),
        },
      );
      this.#isLost = false;
      return result;
    } catch (cause) {
      this.#isLost = isPassing(cause) || isSilence(cause);
      throw new QueueError(
        `The queue on ${this.#place} fails: ${this.#reasonOf(cause)}. What is written stays; when PostgreSQL answers, start again.`,
        { cause },
      );
    }
  }

  /** Why the queue cannot be used at all. */
  refusal(cause: unknown): QueueError {
    return new QueueError(
      `Cannot use the queue on ${this.#place}: ${this.#reasonOf(cause)}. Is PostgreSQL running there, and may this user create a schema?`,
      { cause },
    );
  }

  /** Ends all connections, within some time whatever the database does; throws nothing. */
  async close(): Promise<void> {
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, CLOSING_MS);
    await this.#pool.end().catch(() => undefined);
    await Promise.all([...this.#sockets].map((socket) => once(socket, 'close').catch(() => undefined)));
    clearTimeout(timer);
  }

  #reasonOf(cause: unknown): string {
    return isSilence(cause) ? `no answer in ${this.#patienceMs / 1000} s` : reasonOf(cause);
  }
}

/** @throws CliError */
function placeOf(url: string): string {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new CliError(
      '--queue is no address of PostgreSQL; give postgres://user:password@host:port/database.',
    );
  }
  try {
    // As the connections will read it; nothing is connected.
    const { host, port } = new Client({ connectionString: url });
    return `${host}:${port}`;
  } catch (cause) {
    // The error of a URL holds the password, its message does not.
    throw new CliError(
      `--queue cannot be read: ${reasonOf(cause)}. Give postgres://user:password@host:port/database, with % for what is special in a URL.`,
    );
  }
}

/** Of the system, of connections that end: they are there again when the database is. */
const SYSTEM = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOENT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN', 'ENOTFOUND'],
]);

/**
 * Whether it may be otherwise the next time.
 *
 * Source: PostgreSQL, appendix A, "PostgreSQL Error Codes": classes 08, 40 and 57P, and 53300, 55P03 of others; what `pg` says of connections
 * that end has no code.
 */
function isPassing(cause: unknown): boolean {
  const code = codeOf(cause);
  if (code !== undefined) return SYSTEM.has(code) || /^(08...|40...|57P..|53300|55P03)$/.test(code);
  return (
    cause instanceof Error &&
    /^(Connection terminated|timeout e|Client (has encountered a connection error|was closed))/.test(
      cause.message,
    )
  );
}

/** As `pg` says it. */
function isSilence(cause: unknown): boolean {
  return cause instanceof Error && cause.message === 'Query read timeout';
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  return cause instanceof Error ? cause.message || (codeOf(cause) ?? cause.name) : String(cause);
}
