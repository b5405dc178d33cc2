import { Client, Pool, type PoolClient, type QueryConfig } from 'pg';
import { callPoint, type Fault } from '@ablation-cam/tools/faults';

/** A query with the time that it is given. */
interface TimedQuery extends QueryConfig {
  query_timeout?: number;
}

/** For a run that is not to take a minute where the database is silent. */
const SILENT_MS = 300;

const broken = (): Error => new Error('Connection terminated unexpectedly');

/** What can befall a query, in a database at an address. */
function faultsOf(url: string, pool: Pool, query: TimedQuery): readonly Fault[] {
  return [
    {
      name: 'query refused',
      instead: () =>
        Promise.reject(
          Object.assign(new Error('out of shared memory'), { code: '53200', severity: 'ERROR' }),
        ),
    },
    {
      name: 'connections ended',
      instead: async (call) => {
        await endConnections(url);
        const asking = Promise.resolve(call());
        await Promise.allSettled([asking, endConnections(url)]);
        return asking;
      },
    },
    {
      name: 'answer lost',
      instead: async (call) => {
        await call();
        throw broken();
      },
    },
    {
      name: 'no answer',
      instead: (call) => {
        // A query that is given no time waits for ever, which is the fault that is looked for.
        if (query.query_timeout) query.query_timeout = SILENT_MS;
        pool.once('acquire', (client: PoolClient) => {
          client.connection.stream.pause();
        });
        return call();
      },
    },
    { name: 'killed before', isDeath: true, instead: () => undefined },
    { name: 'killed after', isDeath: true, instead: (call) => call() },
  ];
}

/** Makes every query of a pool a point; to be called once. */
export function queriesArePoints(url: string): void {
  const original = Reflect.get(Pool.prototype, 'query') as (this: Pool, query: TimedQuery) => unknown;
  const query = function (this: Pool, asked: TimedQuery): unknown {
    return callPoint(`query ${shortened(asked.text)}`, faultsOf(url, this, asked), () =>
      original.call(this, asked),
    );
  };
  Object.defineProperty(Pool.prototype, 'query', { value: query, configurable: true, writable: true });
}

/** Enough of a statement to tell it from others. */
function shortened(text: string): string {
  const words = text.replace(/\s+/g, ' ').trim();
  return `${words.slice(0, 30)}... of ${words.length} characters`;
}

/** Asks a database by a connection of its own, which is no point of a run. */
export async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Ends all connections but its own. */
export async function endConnections(url: string): Promise<void> {
  await ask(
    url,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
  );
}
