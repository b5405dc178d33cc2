import PgBoss from 'pg-boss';
import { Database, PATIENCE, QueueError } from './database.ts';

/** What a job says: some shards of a result. */
export interface ShardJob {
  readonly shards: readonly number[];
  /** Where the result is, as all workers see it. */
  readonly result: string;
}

/** Shards that this worker has, until it says what became of them. */
export interface TakenShards extends ShardJob {
  readonly id: string;
  readonly queue: string;
}

/** How many shards of a result are in which state. */
export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly retrying: number;
  readonly done: number;
  readonly dead: number;
}

export interface QueueOptions {
  /** A worker that has said nothing for so many seconds is gone, and its shard goes to another one. Default: 60. */
  readonly silence?: number | undefined;
  /** How often a shard that failed is tried again, and seconds before the first time; each time twice as long. Default: 4, 2. */
  readonly retries?: { readonly limit: number; readonly delay: number } | undefined;
  /** Seconds for which a database is waited for that is gone or does not answer. Default: `PATIENCE`. */
  readonly patience?: number | undefined;
}

type Settings = { readonly [Name in 'silence' | 'retries']: NonNullable<QueueOptions[Name]> };

const PREFIX = 'explain-set-';
const DEAD = '-dead';
const SCHEMA = 'pgboss';

/**
 * Jobs of a result: to take one, all that wait are sorted, which of 100,000 takes the better part of a second. Where there are more
 * shards, a job has several.
 */
const MOST_JOBS = 2000;

const DEFAULTS = { silence: 60, retries: { limit: 4, delay: 2 } } as const;

/** Of a job that another worker was quicker to take. */
const UNIQUE_VIOLATION = '23505';

/**
 * The shards of results in PostgreSQL, as jobs of pg-boss: a queue for each result, and one beside it for those that failed in the
 * end. A shard is in its queue once at most. What PostgreSQL does not do, or not in time, is a `QueueError` of each method but `close`.
 */
export class ShardQueue {
  readonly #boss: PgBoss;
  readonly #database: Database;
  readonly #silence: number;
  readonly #retries: NonNullable<QueueOptions['retries']>;

  private constructor(boss: PgBoss, database: Database, { silence, retries }: Settings) {
    this.#boss = boss;
    this.#database = database;
    this.#silence = silence;
    this.#retries = retries;
  }

  /** @throws CliError where there is no such database */
  static async open(url: string, options: QueueOptions = {}): Promise<ShardQueue> {
    const settings = {
      silence: options.silence ?? DEFAULTS.silence,
      retries: options.retries ?? DEFAULTS.retries,
    };
    const database = await Database.open(url, options.patience ?? PATIENCE);
    const boss = new PgBoss({
      db: { executeSql: (text, values) => database.query(text, values) },
      schema: SCHEMA,
      schedule: false,
      maintenanceIntervalSeconds: Math.max(1, Math.floor(settings.silence / 4)),
    });
    // Of its maintenance, which comes again.
    boss.on('error', () => undefined);
    try {
      await boss.start();
    } catch (cause) {
      await database.close();
      throw database.refusal(cause instanceof QueueError ? cause.cause : cause);
    }
    return new ShardQueue(boss, database, settings);
  }

  /** Puts shards of a result into its queue that are not in it; returns how many are in it then. */
  async put(key: string, result: string, shards: readonly number[]): Promise<number> {
    const name = queueOf(key);
    await this.#boss.createQueue(name + DEAD);
    await this.#boss.createQueue(name, {
      name,
      policy: 'stately',
      retryLimit: this.#retries.limit,
      retryDelay: this.#retries.delay,
      retryBackoff: true,
      expireInSeconds: this.#silence,
      retentionDays: 30,
      deadLetter: name + DEAD,
    });
    // Those that failed in the end get another chance; what failed is told by the new attempts.
    await this.#boss.purgeQueue(name + DEAD);
    const known = await this.#database.query<{ data: ShardJob }>(
      `SELECT data FROM ${SCHEMA}.job WHERE name = $1 AND state <= 'active'`,
      [name],
    );
    const queued = new Set(known.rows.flatMap(({ data }) => data.shards));
    const wanted = shards.filter((shard) => !queued.has(shard));
    const size = Math.max(1, Math.ceil(wanted.length / MOST_JOBS));
    const jobs = Array.from({ length: Math.ceil(wanted.length / size) }, (_, job) => {
      const own = wanted.slice(job * size, (job + 1) * size);
      // Whoever else puts the same shards in at the same time cuts them alike.
      const singletonKey = `${own.length} from ${own[0] ?? 0}`;
      return { name, data: { shards: own, result } satisfies ShardJob, singletonKey };
    });
    if (jobs.length > 0) await this.#boss.insert(jobs);
    return queued.size + wanted.length;
  }

  /** Takes a job of any result, or null where none is waiting. */
  async take(): Promise<TakenShards | null> {
    for (const queue of await this.#queues()) {
      const job = await this.#fetch(queue);
      if (job) return { ...job.data, id: job.id, queue };
    }
    return null;
  }

  /** pg-boss takes whatever goes wrong for a job that somebody else was quicker to take. */
  async #fetch(queue: string): Promise<PgBoss.Job<ShardJob> | undefined> {
    let failure: unknown;
    const executeSql: PgBoss.Db['executeSql'] = async (text, values) => {
      try {
        return await this.#database.query(text, values);
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    const [job] = await this.#boss.fetch<ShardJob>(queue, { db: { executeSql } });
    if (failure instanceof Error && !(failure instanceof QueueError && failure.code === UNIQUE_VIOLATION))
      throw failure;
    return job;
  }

  /** Whether shards are still to be done, by this worker or others. */
  async isBusy(): Promise<boolean> {
    for (const queue of await this.#queues()) {
      if ((await this.#boss.getQueueSize(queue, { before: 'completed' })) > 0) return true;
    }
    return false;
  }

  async done({ queue, id }: TakenShards): Promise<void> {
    await this.#boss.complete(queue, id);
  }

  /** Gives shards back that could not be done: they are tried again later, until they have failed too often. */
  async failed({ queue, id }: TakenShards, reason: string): Promise<void> {
    await this.#boss.fail(queue, id, { message: reason });
  }

  /**
   * Says that this worker is still at its shards. pg-boss 10 knows no such thing: the time that its job has begins anew, which is a
   * column of its table.
   */
  async beat({ queue, id }: TakenShards): Promise<void> {
    await this.#database.query(
      `UPDATE ${SCHEMA}.job SET started_on = now() WHERE name = $1 AND id = $2 AND state = 'active'`,
      [queue, id],
    );
  }

  /** Seconds between two beats: of three one may be late. */
  get beatSeconds(): number {
    return this.#silence / 3;
  }

  async counts(key: string): Promise<QueueCounts> {
    const name = queueOf(key);
    const dead = await this.dead(key);
    const { rows } = await this.#database.query<{ state: string; count: string }>(
      `SELECT state, sum(jsonb_array_length(data->'shards')) AS count FROM ${SCHEMA}.job WHERE name = $1 GROUP BY state`,
      [name],
    );
    const of = (state: string): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
    return {
      waiting: of('created'),
      active: of('active'),
      retrying: of('retry'),
      done: of('completed'),
      dead: dead.reduce((sum, { shards }) => sum + shards.length, 0),
    };
  }

  /** The shards that failed in the end, with the last reason. */
  async dead(key: string): Promise<{ readonly shards: readonly number[]; readonly reason: string }[]> {
    const { rows } = await this.#database.query<{ data: ShardJob; output: unknown }>(
      `SELECT data, output FROM ${SCHEMA}.job WHERE name = $1 AND state < 'active' ORDER BY created_on`,
      [queueOf(key) + DEAD],
    );
    return rows.map(({ data, output }) => ({ shards: data.shards, reason: messageIn(output) }));
  }

  /** Ends all that it has open; throws nothing. */
  async close(): Promise<void> {
    // Not gracefully: that waits for workers of pg-boss, of which there are none.
    await this.#boss.stop({ graceful: false, wait: true });
    await this.#database.close();
  }

  async #queues(): Promise<string[]> {
    const queues = await this.#boss.getQueues();
    return queues.map(({ name }) => name).filter((name) => name.startsWith(PREFIX) && !name.endsWith(DEAD));
  }
}

function queueOf(key: string): string {
  return `${PREFIX}${key.slice(0, 24)}`;
}

function messageIn(output: unknown): string {
  const { message, value } = (output ?? {}) as { message?: unknown; value?: { message?: unknown } };
  const found = message ?? value?.message;
  return typeof found === 'string' ? found : 'no reason was given';
}
